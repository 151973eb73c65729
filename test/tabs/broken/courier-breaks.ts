import type { Break } from './break.ts'

const mail = 'core/rotation/mail.ts'
const deliver = 'courier/deliver-letter.ts'
const plan = 'core/rotation/refresh-plan.ts'

/** What makes a letter safe, taken out. */
export const courierBreaks: Readonly<Record<string, Break>> = {
  'a letter that was opened is taken back': {
    changes: [
      {
        file: mail,
        find: "own.id === id && own.state === 'posted'",
        replace: 'own.id === id',
      },
      {
        file: mail,
        find: 'if (isOpened) return\n        cancel()\n        keeper',
        replace: 'cancel()\n        keeper',
      },
    ],
    promise: 'one spend (1)',
    courier: true,
  },
  'answers are cleared by the next claim': {
    changes: [
      {
        file: 'core/record/record-changes.ts',
        find: "(record.letters ?? []).filter(({ state }) => state !== 'posted')",
        replace: '[]',
      },
    ],
    promise: 'newest token kept (3)',
    courier: true,
  },
  'nobody looks at the letters before it claims': {
    changes: [
      { file: plan, find: 'if (answered) return', replace: 'if (answered && now < 0) return' },
      { file: plan, find: 'if (underWay.length > 0)', replace: 'if (underWay.length < 0)' },
    ],
    promise: 'one spend (1)',
    courier: true,
  },
  'only the letters of a tab that is gone are looked at': {
    changes: [
      {
        file: plan,
        find: 'if (answered) return',
        replace: 'if (answered && lease && lease.tab !== context.tab) return',
      },
      {
        file: plan,
        find: 'if (underWay.length > 0)',
        replace: 'if (underWay.length > 0 && lease && lease.tab !== context.tab)',
      },
    ],
    promise: 'one spend (1)',
    seed: 54,
    courier: true,
  },
  'looking and claiming are two transactions': {
    changes: [
      {
        file: 'core/rotation/claim.ts',
        find: '(isSameRecord(current, record) ? current : undefined)',
        replace:
          '(current.session?.refreshToken === undertaking.session.refreshToken ? current : undefined)',
      },
    ],
    promise: 'one spend (1)',
    seed: 54,
    courier: true,
  },
  'a courier sends what it has not opened': {
    changes: [{ file: deliver, find: 'if (!isOpened ||', replace: 'if (' }],
    promise: 'one spend (1)',
    courier: true,
  },
  'a courier lets the lock of a letter go before the answer is filed': {
    changes: [
      {
        file: deliver,
        find: 'const answer = await sendLetter(letter, clock, parts.fetch)',
        replace: 'lock.release()\n    const answer = await sendLetter(letter, clock, parts.fetch)',
      },
    ],
    promise: 'one spend (1)',
    seed: 81,
    courier: true,
  },
  'a letter that was opened goes with its lease': {
    changes: [
      {
        file: 'core/record/record-changes.ts',
        find: "id === lease?.letter && state === 'posted'",
        replace: 'id === lease?.letter',
      },
    ],
    promise: 'one spend (1)',
    seed: 207,
    courier: true,
  },
  'a sign-out leaves letters behind': {
    changes: [
      {
        file: 'core/record/record-changes.ts',
        find: '    signedOutEpoch: record.signedOutEpoch,\n',
        replace: '    signedOutEpoch: record.signedOutEpoch,\n    letters: record.letters,\n',
      },
    ],
    promise: 'signed out means signed out (4)',
    courier: true,
  },
}
