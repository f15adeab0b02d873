/**
 * What the Go program finds in its environment. The garbage of a message is some kilobytes, and all the rest is
 * small: collected at 16 MB instead of 4, it costs a tenth less of the processor in all.
 */
export const environment = { GOGC: '400' };
