import type { Run } from './query.js';

/** Whether pgvector is available and installed: its versions. */
export interface VectorState {
  /** Null if the server doesn't offer it. */
  available: string | null;
  installed: string | null;
  /** True if it is not installed and this role may not install it. */
  closed: boolean;
}

/** What is in the way, and what to do about it. */
export interface Obstacle {
  figure: string;
  cure: string;
}

/** Reads only. */
export async function readVectorState(ask: Run): Promise<VectorState> {
  const [row] = await ask<VectorState>(
    `select e.default_version as available, e.installed_version as installed,
       e.installed_version is null and v.superuser and not v.trusted
         and current_setting('is_superuser') <> 'on' as closed
     from pg_available_extensions e
     join pg_available_extension_versions v on v.name = e.name and v.version = e.default_version
     where e.name = 'vector'`,
  );
  return row ?? { available: null, installed: null, closed: false };
}

/** Why patterns are searched without an index; null if pgvector is installed or this role may install it. */
export function vectorObstacle({ available, closed }: VectorState): Obstacle | null {
  if (available === null)
    return {
      figure: 'not available',
      cure: 'install pgvector on the server, as the image pgvector/pgvector has',
    };
  if (!closed) return null;
  return {
    figure: `${available} available but not installed, and this role may not install it`,
    cure: 'let a superuser run: create extension vector',
  };
}

/** Null if this role may create what pending migrations create. Reads only. */
export async function grantObstacle(ask: Run): Promise<Obstacle | null> {
  const [row] = await ask<{ allowed: boolean }>(
    `select coalesce(has_schema_privilege(to_regnamespace('auto_promotion'), 'create'),
       has_database_privilege(current_database(), 'create')) as allowed`,
  );
  if (row!.allowed) return null;
  return {
    figure: 'this role may not create tables',
    cure: 'grant the role create on the database, and on the schema auto_promotion if it exists',
  };
}
