/** Of the package. It names the worker, so that no page gets one that another version has started. */
export const version = '0.1.0'
