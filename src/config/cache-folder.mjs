// Where the product keeps what it fetches or computes once per machine. No file is touched here.
import os from 'node:os';
import path from 'node:path';

export function cacheFolder({ env, platform, home }) {
  if (env.XDG_CACHE_HOME && path.isAbsolute(env.XDG_CACHE_HOME)) {
    return path.join(env.XDG_CACHE_HOME, 'auto-promotion');
  }
  const caches = platform === 'darwin' ? path.join(home, 'Library', 'Caches') : path.join(home, '.cache');
  return path.join(caches, 'auto-promotion');
}

/** Of the process that asks. */
export function thisCacheFolder() {
  return cacheFolder({ env: process.env, platform: process.platform, home: os.homedir() });
}
