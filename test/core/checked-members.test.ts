import { describe, expect, it } from 'vitest'
import { checkedMembers, text, texts, word } from '../../src/core/checked-members.ts'

const rules = { scope: word, prompt: text, parameters: texts }

describe('checkedMembers', () => {
  it('reads the members that a rule is about, absent ones too, and no other', () => {
    expect(checkedMembers('options', { scope: 'a', type: 'click' }, rules)).toEqual({
      scope: 'a',
      prompt: undefined,
      parameters: undefined,
    })
  })

  it('takes an object of strings, however many, and a string that is empty', () => {
    for (const parameters of [{}, { a: '', b: 'c' }]) {
      const given = { prompt: '', parameters }
      expect(checkedMembers('options', given, rules)).toMatchObject(given)
    }
  })

  it('reads each once: what was checked is what is used', () => {
    const scopes = ['a', 7]
    const options = {
      get scope() {
        return scopes.shift()
      },
    }
    expect(checkedMembers('options', options, rules)).toMatchObject({ scope: 'a' })
  })

  it.each<[unknown, string]>([
    [null, 'options must be an object'],
    ['a', 'options must be an object'],
    [{ scope: '' }, 'options.scope must be a non-empty string'],
    [{ prompt: 7 }, 'options.prompt must be a string'],
    [{ parameters: { a: 7 } }, 'options.parameters must be an object of strings'],
  ])('refuses %j, and says that %s', (given, message) => {
    expect(() => checkedMembers('options', given, rules)).toThrow(new TypeError(message))
  })

  it('lets an absent one pass, unless it is required', () => {
    expect(() => checkedMembers('options', {}, rules, ['scope'])).toThrow(
      new TypeError('options.scope must be a non-empty string'),
    )
  })
})
