/**
 * Of the package. It names the courier's worker, so that no page gets one that another version has
 * started, and the version in a report.
 */
export const version = '0.1.0'
