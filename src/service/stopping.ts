/** The work's outcome, or the signal's reason as soon as the process is told to stop: the work is then left behind. */
export async function unlessStopping<T>(stopping: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!stopping) return work;
  // Left behind, it may still fail.
  work.catch(() => {});
  stopping.throwIfAborted();
  let onAbort = () => {};
  const stopped = new Promise<never>((_, reject) => {
    onAbort = () => reject(stopping.reason);
    stopping.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    stopping.removeEventListener('abort', onAbort);
  }
}
