import { randomBytes } from 'node:crypto';

/** An error in Graph's form. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  constructor(
    message: string,
    readonly code: number,
    readonly subcode: number | null = null,
    readonly more: {
      status?: number;
      type?: string;
      transient?: boolean;
      title?: string;
      text?: string;
      /** The hint `estimated_time_to_regain_access`, minutes. */
      regainMinutes?: number;
    } = {},
  ) {
    super(message);
  }

  get status(): number {
    return this.more.status ?? 400;
  }

  body(): Record<string, unknown> {
    return {
      error: {
        message: this.message,
        type: this.more.type ?? 'OAuthException',
        code: this.code,
        ...(this.subcode === null ? {} : { error_subcode: this.subcode }),
        is_transient: this.more.transient ?? false,
        ...(this.more.title ? { error_user_title: this.more.title } : {}),
        ...(this.more.text ? { error_user_msg: this.more.text } : {}),
        fbtrace_id: `A${randomBytes(16).toString('base64url')}`,
      },
    };
  }
}

/** The object doesn't exist, or the token may not see it. Graph doesn't distinguish the two. */
export function unknownObject(id: string, method: 'GET' | 'POST'): GraphError {
  const verb = method === 'GET' ? 'get' : 'post';
  return new GraphError(
    `Unsupported ${verb} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api`,
    100,
    33,
    { type: 'GraphMethodException' },
  );
}

export function invalidParameter(message: string): GraphError {
  return new GraphError(`(#100) ${message}`, 100);
}

export function invalidToken(): GraphError {
  return new GraphError('Invalid OAuth access token - Cannot parse access token', 190);
}

export function expiredToken(): GraphError {
  return new GraphError(
    'Error validating access token: Session has expired. Please log in again to get a new access token.',
    190,
    463,
  );
}

export function serverError(): GraphError {
  return new GraphError('An unexpected error has occurred. Please retry your request later.', 2, null, {
    status: 500,
    transient: true,
  });
}

export function rateLimited(code: number, subcode: number | null, regainMinutes: number): GraphError {
  return new GraphError('User request limit reached', code, subcode, {
    title: 'Ad account has too many API calls',
    text: 'There have been too many calls from this ad account. Wait a bit and try again.',
    regainMinutes,
  });
}
