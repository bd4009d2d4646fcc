import {
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';

const GRPC_RESOURCE_EXHAUSTED = 8;
const UPDATE_WITH_START = '/ExecuteMultiOperation';

const retries = defaultGrpcRetryOptions();
const patient = makeGrpcRetryInterceptor(retries);
const impatient = makeGrpcRetryInterceptor({
  ...retries,
  retryableDecider: (attempt, status) =>
    status.code !== GRPC_RESOURCE_EXHAUSTED && retries.retryableDecider(attempt, status),
});

/**
 * Connects to the Temporal server. By default the SDK silently repeats a call for 40 s if the server is too busy for it.
 * A control must fail at once instead, because it can then be sent as a signal.
 */
export function connectTemporal(options: ConnectionOptions): Promise<Connection> {
  return Connection.connect({
    ...options,
    interceptors: [
      (call, next) =>
        (call.method_definition.path.endsWith(UPDATE_WITH_START) ? impatient : patient)(call, next),
    ],
  });
}
