import {
  Ad,
  AdAccount,
  type AdActivity,
  AdReportRun,
  AdSet,
  type AdStudy,
  type AdsInsights,
  Campaign,
  FacebookAdsApi,
  type MinimumBudget,
  PagePost,
} from 'facebook-nodejs-business-sdk';
import { invalid } from './errors.js';
import { FieldReader, isObjectId, requireId } from './field-reader.js';
import type { GraphClient, Params } from './graph-client.js';

/**
 * All that the product uses of Meta's SDK: its objects, their edges and the names of their fields, which the compiler
 * checks. Every call of an object goes through {@link GraphClient}.
 *
 * The SDK's traps end in this file:
 * - With an update, an object also sends the fields that it has read: each call has a fresh object.
 * - A printed object or cursor shows the token of its api: this api has none.
 * - An api installs a process-wide handler of uncaught exceptions, and `init` a process-wide default api.
 * - A cursor follows any link: here it only names the edge, and the client reads the pages.
 */

const OBJECTS = {
  account: AdAccount,
  campaign: Campaign,
  'ad set': AdSet,
  ad: Ad,
  post: PagePost,
  'insights report': AdReportRun,
};

/** The edges, as the SDK's methods call them, with the class of their rows. */
interface Edges {
  getCampaigns: typeof Campaign;
  getAdSets: typeof AdSet;
  getAds: typeof Ad;
  getAdStudies: typeof AdStudy;
  getActivities: typeof AdActivity;
  getMinimumBudgets: typeof MinimumBudget;
  getInsights: typeof AdsInsights;
}

type Noun = keyof typeof OBJECTS;
type SdkObject<N extends Noun> = InstanceType<(typeof OBJECTS)[N]>;
type EdgeMethod = (fields: string[], params: Record<string, unknown>, fetchFirstPage: false) => unknown;
/** Fields of an ad's creative or of a post's attachments, which Graph gives together with the ad or the post. */
type NestedFields = `creative{${string}}` | `attachments{${string}}`;
type FieldsOf<C extends { Fields: object }> = ReadonlyArray<
  Extract<keyof C['Fields'], string> | NestedFields
>;

export type InsightFields = FieldsOf<typeof AdsInsights>;

/** The api object that the SDK calls. It hands each call to the client. */
class ClientApi extends FacebookAdsApi {
  readonly #client: GraphClient;

  constructor(client: GraphClient) {
    // The SDK refuses an empty token. `false`: no handler of uncaught exceptions.
    super('held by the client', 'en_US', false);
    this.#client = client;
  }

  override async call<T>(method: string, path: string | string[], params: Params = {}): Promise<T> {
    if (Array.isArray(path) && method === 'GET') return (await this.#client.get(path, params)) as T;
    if (Array.isArray(path) && method === 'POST') return (await this.#client.post(path, params)) as T;
    throw invalid('Only GET and POST are sent to Meta.');
  }
}

/** Meta's objects by id. Every method rejects with MetaError and nothing else, and sends no call for a malformed id. */
export class Sdk {
  readonly #client: GraphClient;
  readonly #api: FacebookAdsApi;

  constructor(client: GraphClient) {
    this.#client = client;
    this.#api = new ClientApi(client);
  }

  async read<N extends Noun>(
    noun: N,
    id: string,
    names: FieldsOf<(typeof OBJECTS)[N]>,
  ): Promise<FieldReader> {
    const object: { exportAllData(): unknown } = await this.#object(noun, id).read([...names]);
    const fields = new FieldReader(`${noun} ${id}`, object.exportAllData());
    if (fields.id('id') !== id) throw fields.wrong('id');
    return fields;
  }

  /** Resolves with Meta's answer. */
  async updateAdSet(id: string, changes: Params): Promise<unknown> {
    return this.#object('ad set', id).update([], { ...changes });
  }

  /** Starts an asynchronous report of the account's insights. Resolves with its id. */
  async startReport(accountId: string, fields: InsightFields, params: Params): Promise<string> {
    // Meta calls it `report_run_id`; the SDK's object takes it as its id.
    const { id } = await this.#object('account', accountId).getInsightsAsync([...fields], { ...params });
    if (typeof id === 'string' && isObjectId(id)) return id;
    throw invalid("Meta's answer for an insights report: field report_run_id is missing or malformed.");
  }

  /** The rows of all pages of an edge. `subject` names the list in errors. */
  async list<N extends Noun, E extends keyof Edges & keyof SdkObject<N>>(
    noun: N,
    id: string,
    edge: E,
    query: { fields: FieldsOf<Edges[E]>; params: Params; subject: string },
  ): Promise<unknown[]> {
    const object = this.#object(noun, id);
    const method = object[edge] as EdgeMethod;
    const cursor = method.call(object, [...query.fields], { ...query.params }, false);
    // Before its first page, a cursor holds the path and the parameters of the edge.
    const { next, params } = (cursor as { paging: { next: string[]; params: Params } }).paging;
    return this.#client.list(next, params, query.subject);
  }

  #object<N extends Noun>(noun: N, id: string): SdkObject<N> {
    const object = new OBJECTS[noun]();
    // Set both here: the constructor of a report ignores them.
    object.id = requireId(id);
    object._api = this.#api;
    return object as SdkObject<N>;
  }
}
