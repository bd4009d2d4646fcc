import Anthropic from '@anthropic-ai/sdk';
import type { ClaudeFailure } from '../../domain/insights/status.js';
import { classify } from './failures.js';
import { costOf, type Price } from './prices.js';
import { answerWithoutSecrets, formsOf } from './scrub.js';

/** Real ms that an answer may take, to its last byte. */
export const CLAUDE_TIMEOUT_MS = 60_000;
/** The most tokens that a picture of an ad can count as, by a generous estimate. */
const TOKENS_PER_PICTURE = 5_000;

/** A question whose answer has the form of a JSON schema. */
export interface ClaudeQuestion {
  system: string;
  messages: Anthropic.MessageParam[];
  /** Every field must be required: lengths and ranges are not enforced. */
  schema: Record<string, unknown>;
  maxTokens: number;
  pictures: number;
  /** What an answer must not repeat, beside the key. */
  confidential: readonly string[];
}

export interface ClaudeReply {
  /** The text of the answer, without secrets; null without one. It may be there with a failure. */
  text: string | null;
  stopReason: string | null;
  /** Null without an answer. */
  inputTokens: number | null;
  outputTokens: number | null;
  /** Millionths of a US dollar; null if unknown, e.g. after a time-out. */
  cost: number | null;
  /** Null if the text is complete. Its form is not checked. */
  failure: ClaudeFailure | null;
  /** Real ms that Claude asks to wait; null if it doesn't say. */
  retryAfterMs: number | null;
}

export interface ClaudeClient {
  readonly model: string;
  /** The most that the question can cost, millionths of a US dollar. */
  mostCost(question: ClaudeQuestion): number;
  /**
   * Asks once. What Claude answers, or that it doesn't, is no error.
   * @throws Error if `signal` is aborted; its text says nothing of the question
   */
  ask(question: ClaudeQuestion, signal?: AbortSignal): Promise<ClaudeReply>;
}

export function createClaudeClient(settings: {
  apiKey: string;
  baseURL: string;
  model: string;
  price: Price;
  timeoutMs?: number;
}): ClaudeClient {
  const { apiKey, baseURL, model, price, timeoutMs = CLAUDE_TIMEOUT_MS } = settings;
  // Given in full: the SDK would take what is left out from the environment. Tries and waits are the workflow's.
  const client = new Anthropic({
    apiKey,
    authToken: null,
    baseURL,
    timeout: timeoutMs,
    maxRetries: 0,
    logLevel: 'off',
  });
  return {
    model,

    mostCost({ system, messages, schema, maxTokens, pictures }) {
      // A token has at least one byte. The bytes of pictures don't count as text.
      const text = JSON.stringify([system, messages, schema], (key, value: unknown) =>
        key === 'data' ? undefined : value,
      );
      const tokens = Buffer.byteLength(text) + pictures * TOKENS_PER_PICTURE;
      return costOf(price, tokens, maxTokens);
    },

    async ask({ system, messages, schema, maxTokens, confidential }, signal) {
      let message: Anthropic.Message;
      // The SDK's own limit ends when the headers arrive: a body could stall for ever.
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), timeoutMs);
      try {
        message = await client.messages.create(
          {
            model,
            max_tokens: maxTokens,
            system,
            messages,
            output_config: { format: { type: 'json_schema', schema } },
          },
          { signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal },
        );
      } catch (error) {
        // The error could hold the request, and with it the key and the question.
        if (signal?.aborted) throw new Error('The question to Claude was cancelled.');
        const { failure, retryAfterMs, isFree } = classify(error, limit.signal.aborted);
        return { ...NO_ANSWER, cost: isFree ? 0 : null, failure, retryAfterMs };
      } finally {
        clearTimeout(timer);
      }
      if (!isMessage(message)) return { ...NO_ANSWER, cost: null, failure: NO_MESSAGE, retryAfterMs: null };
      const { content, stop_reason: stopReason, usage } = message;
      const inputTokens =
        usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
      const text = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
      return {
        text: text === '' ? null : answerWithoutSecrets(text, [...formsOf(apiKey), ...confidential]),
        stopReason,
        inputTokens,
        outputTokens: usage.output_tokens,
        cost: costOf(price, inputTokens, usage.output_tokens),
        failure: incompleteness(stopReason, text),
        retryAfterMs: null,
      };
    },
  };
}

const NO_MESSAGE: ClaudeFailure = { code: 'invalid_json', status: null };

/** Something between this service and Claude may answer in its place. */
function isMessage(message: Partial<Anthropic.Message> | string | null): boolean {
  return (
    typeof message === 'object' &&
    Array.isArray(message?.content) &&
    Number.isInteger(message.usage?.input_tokens) &&
    Number.isInteger(message.usage?.output_tokens)
  );
}

const NO_ANSWER = { text: null, stopReason: null, inputTokens: null, outputTokens: null } as const;

function incompleteness(stopReason: string | null, text: string): ClaudeFailure | null {
  const failure = (code: ClaudeFailure['code']): ClaudeFailure => ({ code, status: null });
  if (stopReason === 'refusal') return failure('refused');
  if (stopReason !== 'end_turn' && stopReason !== 'stop_sequence') return failure('truncated');
  return text.trim() === '' ? failure('empty_answer') : null;
}
