/** Settles with the work. As soon as the process must stop, rejects with the signal's reason and abandons the work. */
export async function unlessStopping<T>(stopping: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!stopping) return work;
  // Abandoned work may still fail: that must not be an unhandled rejection.
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
