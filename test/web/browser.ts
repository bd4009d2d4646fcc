import type { createApp } from '../../src/api/app.js';

/** A browser in front of the app: it keeps cookies, follows no redirect, and sends forms as browsers do. */
export class Browser {
  readonly cookies = new Map<string, string>();
  /** The `Set-Cookie` headers of the last answer. */
  set: string[] = [];

  constructor(
    private readonly app: Pick<ReturnType<typeof createApp>, 'request'>,
    private readonly origin = 'http://127.0.0.1:8003',
  ) {}

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(path, { headers });
  }

  /** Posts a form as its page would. */
  async post(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.send(path, {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: this.origin, ...headers },
    });
  }

  /** The hidden field of the forms on a page. */
  async csrf(path: string): Promise<string> {
    const text = await (await this.get(path)).text();
    const value = /name="csrf" value="([^"]+)"/.exec(text)?.[1];
    if (value === undefined) throw new Error(`no form on ${path}: ${text.slice(0, 300)}`);
    return value;
  }

  async signIn(token: string, to = '/docs'): Promise<Response> {
    return this.post('/sign-in', { csrf: await this.csrf('/sign-in'), token, to });
  }

  private async send(
    path: string,
    init: RequestInit & { headers: Record<string, string> },
  ): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.app.request(`${this.origin}${path}`, {
      ...init,
      headers: {
        host: new URL(this.origin).host,
        accept: 'text/html,application/xhtml+xml',
        ...(cookie === '' ? {} : { cookie }),
        ...init.headers,
      },
    });
    this.set = answer.headers.getSetCookie();
    for (const header of this.set) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
      if (/max-age=0/i.test(header)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }
}
