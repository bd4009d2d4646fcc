import { createHmac } from 'node:crypto';

const TOKEN = 'canary-meta-token/7Qx+Zp';
const APP_SECRET = 'canary-app-secret-3Lm9';

/** One distinctive string per secret that the Meta client is given or makes. */
export const META_SECRETS = {
  token: TOKEN,
  appSecret: APP_SECRET,
  appSecretProof: createHmac('sha256', APP_SECRET).update(TOKEN).digest('hex'),
};
