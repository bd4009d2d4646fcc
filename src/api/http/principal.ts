/** Who sends a request, and what they may do. */

/** From the least to the most that a role may do; each includes the ones before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface Principal {
  /** As it is recorded with everything that this principal asks for. */
  name: string;
  role: Role;
}

/** Without any token in the settings, everyone on this machine may do everything and says who they are. */
export const OPEN_ACCESS: Principal = { name: 'anyone on this machine', role: 'admin' };

export function mayActAs(principal: Principal, role: Role): boolean {
  return ROLES.indexOf(principal.role) >= ROLES.indexOf(role);
}
