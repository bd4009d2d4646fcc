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
 * Connects to the Temporal server. By default the SDK repeats what the server is too busy for, for 40 s and unseen; a
 * control must know at once, because it can go as a signal.
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
