import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { TEMPORAL_SERVER_VERSION } from '../../../scripts/setup/temporal-server.mjs';
import { readConfig, SETTINGS } from '../../../src/config.js';

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');

const Service = z.object({
  image: z.string(),
  build: z.string().optional(),
  restart: z.string(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  depends_on: z
    .record(z.string(), z.object({ condition: z.string(), required: z.boolean().default(true) }))
    .default({}),
  environment: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).default({}),
  profiles: z.array(z.string()).default([]),
  mem_limit: z.string().optional(),
  cap_drop: z.array(z.string()).default([]),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  logging: z.object({ driver: z.string(), options: z.record(z.string(), z.string()) }).optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
});
const { services, volumes } = z
  .object({ services: z.record(z.string(), Service), volumes: z.record(z.string(), z.unknown()) })
  .parse(parse(read('docker-compose.yml'), { merge: true }));
const example = Object.fromEntries(
  read('.env.example')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);
/** Settings that only docker-compose.yml uses. */
const OF_COMPOSE = [
  'COMPOSE_PROFILES',
  'POSTGRES_PASSWORD',
  'TEMPORAL_DB_PASSWORD',
  'SERVICE_DB_PASSWORD',
  'POSTGRES_PORT',
];
const OWN = ['worker', 'api'];

/** A value as compose interpolates it, if .env contains `env`. */
function interpolate(value: string | number, env: Record<string, string>): string {
  // Innermost first: a default may contain a variable.
  const once = String(value).replace(/\$\{(\w+)(?::([-?+])([^{}]*))?\}/g, (_, name: string, kind, rest) => {
    const given = env[name] ?? '';
    if (kind === '+') return given === '' ? '' : rest;
    if (given !== '') return given;
    if (kind === '?') throw new Error(`${name}: ${rest}`);
    return kind === '-' ? rest : '';
  });
  return once === value ? once : interpolate(once, env);
}

function settingsOf(name: string, env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(services[name]!.environment).flatMap(([key, value]) => {
      // A setting without a value in the file is passed on if it is set.
      if (value === null) return env[key] === undefined ? [] : [[key, env[key]]];
      return [[key, interpolate(value, env)]];
    }),
  );
}

const FILLED = {
  ...example,
  POSTGRES_PASSWORD: 'superuser',
  TEMPORAL_DB_PASSWORD: 'temporal',
  SERVICE_DB_PASSWORD: 'service',
  META_ACCESS_TOKEN: 'token',
  META_AD_ACCOUNT_ID: 'act_1234567890',
  API_TOKEN: 'sixteen-characters',
};

describe('docker-compose.yml', () => {
  it('has every part of the production shape', () => {
    expect(Object.keys(services).sort()).toEqual(
      [...OWN, 'postgres', 'temporal', 'temporal-namespace', 'temporal-schema', 'temporal-ui'].sort(),
    );
  });

  it('starts each part after the ones it needs', () => {
    const startsAfter = (name: string) =>
      Object.entries(services[name]!.depends_on).map(([other, { condition }]) => `${other}: ${condition}`);
    expect(startsAfter('temporal-schema')).toEqual(['postgres: service_healthy']);
    expect(startsAfter('temporal')).toEqual(['temporal-schema: service_completed_successfully']);
    expect(startsAfter('temporal-namespace')).toEqual(['temporal: service_healthy']);
    expect(startsAfter('temporal-ui')).toEqual(['temporal: service_healthy']);
    for (const name of OWN) {
      expect(startsAfter(name)).toEqual([
        'postgres: service_healthy',
        'temporal-namespace: service_completed_successfully',
      ]);
    }
  });

  it('has a health check for each part whose health another one waits for', () => {
    const waitedFor = Object.values(services).flatMap(({ depends_on }) =>
      Object.entries(depends_on)
        .filter(([, { condition }]) => condition === 'service_healthy')
        .map(([name]) => name),
    );
    expect([...waitedFor, ...OWN].filter((name) => services[name]!.healthcheck === undefined)).toEqual([]);
  });

  it('pins every image to a full version, of Temporal the one that npm run production-shape runs', () => {
    for (const { image } of Object.values(services)) expect(image).toMatch(/^[\w./-]+:\d+\.\d+\.\d+[\w.-]*$/);
    for (const name of ['temporal', 'temporal-schema', 'temporal-namespace']) {
      expect(services[name]!.image.split(':')[1]).toBe(TEMPORAL_SERVER_VERSION);
    }
    expect(read('tools/temporal-server/go.mod')).toContain(
      `require go.temporal.io/server v${TEMPORAL_SERVER_VERSION}\n`,
    );
  });

  it('restarts services, lets one-time parts end, and keeps the database in a volume', () => {
    for (const [name, { restart }] of Object.entries(services)) {
      const once = ['temporal-schema', 'temporal-namespace'].includes(name);
      expect(restart, name).toMatch(once ? /^on-failure:\d$/ : /^unless-stopped$/);
    }
    const [volume] = services.postgres!.volumes;
    expect(volume).toBe('postgres-data:/var/lib/postgresql');
    expect(volumes).toHaveProperty('postgres-data');
  });

  it('opens ports to this machine only, and none of Temporal, which requires no token', () => {
    const ports = Object.values(services).flatMap((service) => service.ports);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(ports.filter((port) => port.endsWith(':7233'))).toEqual([]);
    expect(services.temporal!.ports).toEqual([]);
  });

  it('allows no writes through the Web UI', () => {
    expect(services['temporal-ui']!.environment.TEMPORAL_DISABLE_WRITE_ACTIONS).toBe('true');
  });

  it('limits what each container may do and use', () => {
    for (const [name, service] of Object.entries(services)) {
      expect(service.cap_drop, name).toEqual(['ALL']);
      expect(service.security_opt, name).toEqual(['no-new-privileges:true']);
      expect(service.mem_limit, name).toMatch(/^\d+[mg]$/);
      expect(service.logging, name).toEqual({
        driver: 'local',
        options: { 'max-size': '10m', 'max-file': '5' },
      });
    }
    // The only entry point that starts as root.
    const added = Object.entries(services).filter(([, { cap_add }]) => cap_add.length > 0);
    expect(added.map(([name]) => name)).toEqual(['postgres']);
  });

  it('starts no server in place of a configured one, and requires none of its passwords', () => {
    const started = (profiles: string[]) =>
      Object.entries(services)
        .filter(([, service]) => service.profiles.every((profile) => profiles.includes(profile)))
        .map(([name]) => name);
    expect(started((example.COMPOSE_PROFILES ?? '').split(','))).toEqual(Object.keys(services));
    expect(started([]).sort()).toEqual([...OWN].sort());
    for (const name of OWN)
      for (const { required } of Object.values(services[name]!.depends_on)) expect(required).toBe(false);

    const outside = {
      DATABASE_URL: 'postgres://service:secret@db.example.com:5432/ads',
      TEMPORAL_ADDRESS: 'ads.a1b2c.tmprl.cloud:7233',
      TEMPORAL_NAMESPACE: 'ads.a1b2c',
      TEMPORAL_API_KEY: 'key',
      TEMPORAL_TLS_SERVER_NAME: 'name',
    };
    const { META_ACCESS_TOKEN, META_AD_ACCOUNT_ID, API_TOKEN } = FILLED;
    const env = { ...example, ...outside, META_ACCESS_TOKEN, META_AD_ACCOUNT_ID, API_TOKEN };
    for (const name of Object.keys(services)) settingsOf(name, env);
    for (const name of OWN) expect(settingsOf(name, env)).toMatchObject(outside);
    // Unset settings must not reach Temporal's client as empty strings.
    for (const name of OWN) expect(settingsOf(name, FILLED)).not.toHaveProperty('TEMPORAL_API_KEY');
  });

  it('serves several accounts from one list, in one namespace', () => {
    const accounts = [1, 2].map((n) => ({
      account_id: `act_${n}`,
      name: `Client ${n}`,
      access_token: `token ${n}`,
    }));
    const env = {
      ...FILLED,
      META_ACCESS_TOKEN: '',
      META_AD_ACCOUNT_ID: '',
      META_ACCOUNTS: JSON.stringify(accounts),
    };
    for (const name of OWN) {
      const config = readConfig(settingsOf(name, env));
      expect(config.accounts.map(({ accountId }) => accountId)).toEqual(['act_1', 'act_2']);
      expect(config.temporalNamespace).toBe('auto-promotion-live');
    }
    expect(settingsOf('temporal-namespace', env).TEMPORAL_NAMESPACE).toBe('auto-promotion-live');
  });

  it('contains no secret: each comes from .env, and compose refuses to start without it', () => {
    const without = { ...FILLED, API_TOKEN: '' };
    expect(() => Object.keys(services).map((service) => settingsOf(service, without))).toThrow('API_TOKEN');
    // One of two settings is needed, which compose can't say: the service does.
    for (const name of ['META_ACCESS_TOKEN', 'META_AD_ACCOUNT_ID'])
      expect(() => readConfig(settingsOf('worker', { ...FILLED, [name]: '' }))).toThrow(name);
    for (const name of ['API_TOKEN', 'META_ACCESS_TOKEN', 'META_ACCOUNTS']) expect(example[name]).toBe('');
    // The container of the database requires its passwords; with another database it is not started.
    for (const name of ['POSTGRES_PASSWORD', 'SERVICE_DB_PASSWORD', 'TEMPORAL_DB_PASSWORD']) {
      expect(services.postgres!.entrypoint!.join(' ')).toContain(`$\${${name}:?set it in .env}`);
      expect(example[name]).toBe('');
    }
  });

  it('gives worker and API settings that the service knows, in live mode, and shadow by default', () => {
    for (const name of OWN) {
      const settings = settingsOf(name, FILLED);
      expect(Object.keys(settings).filter((key) => !SETTINGS.includes(key))).toEqual([]);
      const config = readConfig(settings);
      expect(config).toMatchObject({
        mode: 'live',
        writesAllowed: false,
        temporalAddress: 'temporal:7233',
        databaseUrl: 'postgres://auto_promotion:service@postgres:5432/auto_promotion',
        temporalNamespace: 'auto-promotion-live-act_1234567890',
      });
    }
    expect(readConfig(settingsOf('api', FILLED))).toMatchObject({ host: '0.0.0.0', port: 8003 });
  });

  it('uses only variables of .env.example, and mounts only existing files', () => {
    const used = [...read('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name!);
    expect(used.filter((name) => !(name in example))).toEqual([]);
    const mounted = Object.values(services)
      .flatMap((service) => service.volumes.map((volume) => volume.split(':')[0]!))
      .filter((source) => source.startsWith('./'));
    expect(mounted.length).toBeGreaterThan(2);
    for (const file of mounted) expect(read(file).length).toBeGreaterThan(0);
  });
});

describe('.env.example', () => {
  it('lists every setting of the service, and no other', () => {
    expect(Object.keys(example).sort()).toEqual([...SETTINGS, ...OF_COMPOSE].sort());
  });

  it('has the default of each', () => {
    expect(readConfig(example)).toEqual(readConfig({}));
  });
});
