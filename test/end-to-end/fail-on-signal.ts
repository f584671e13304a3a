/** Loaded into a gateway's process: an error that nobody catches, at a signal. */
process.on('SIGUSR2', () => {
  throw new Error('planted: thrown');
});
process.on('SIGURG', () => {
  void Promise.reject(new Error('planted: rejected'));
});
