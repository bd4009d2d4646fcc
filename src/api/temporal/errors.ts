import {
  isGrpcServiceError,
  ScheduleNotFoundError,
  ServiceError,
  type WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { CONTROL_INVALID, CONTROL_REFUSED, type Refusal, RUN_RENEWING } from '../../contract/messages.js';

/** The Temporal server can't be reached, or doesn't answer in time. */
export class TemporalUnavailable extends Error {
  override readonly name = 'TemporalUnavailable';
}

/** The Temporal server refuses for now: too many updates of one workflow, or too many requests. */
export class TemporalBusy extends Error {
  override readonly name = 'TemporalBusy';
}

/** The workflow took a control and could not carry it out. The message is the workflow's own. */
export class ControlFailed extends Error {
  override readonly name = 'ControlFailed';
}

/** A control lacks something; the message says what. */
export class ControlInvalid extends Error {
  override readonly name = 'ControlInvalid';
}

const GRPC_NOT_FOUND = 5;
const GRPC_RESOURCE_EXHAUSTED = 8;
const GRPC_UNIMPLEMENTED = 12;

/** The refusal in a failed update. @throws ControlInvalid, ControlFailed, TemporalBusy if the update failed otherwise */
export function refusalOf({ cause }: WorkflowUpdateFailedError): Refusal {
  if (!(cause instanceof ApplicationFailure))
    throw new ControlFailed('The workflow could not carry out the control.');
  const refusal = cause.details?.[0];
  if (cause.type === CONTROL_REFUSED && isRefusal(refusal)) return refusal;
  if (cause.type === CONTROL_INVALID) throw new ControlInvalid(cause.message);
  if (cause.type === RUN_RENEWING) throw new TemporalBusy(cause.message);
  throw new ControlFailed(cause.message);
}

function isRefusal(detail: unknown): detail is Refusal {
  return typeof detail === 'object' && detail !== null && 'state' in detail && 'allowed' in detail;
}

/** `more`: another gRPC code that means the same for this call. */
export function asBusy(error: unknown, more?: number): TemporalBusy | null {
  const grpc = error instanceof ServiceError ? error.cause : error;
  const busy = isGrpcServiceError(grpc) && (grpc.code === GRPC_RESOURCE_EXHAUSTED || grpc.code === more);
  return busy ? new TemporalBusy('Temporal accepts no more requests for now') : null;
}

export function asUnavailable(error: unknown): TemporalUnavailable | null {
  const unreachable =
    (error instanceof ServiceError && !(error instanceof ScheduleNotFoundError)) ||
    (isGrpcServiceError(error) && error.code !== GRPC_NOT_FOUND && error.code !== GRPC_UNIMPLEMENTED);
  return unreachable && !lacksSchedules(error) ? new TemporalUnavailable('Temporal does not answer') : null;
}

/** The time-skipping server implements no Schedules. */
function lacksSchedules(error: unknown): boolean {
  const grpc = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(grpc) && grpc.code === GRPC_UNIMPLEMENTED;
}

export function nullWithoutSchedule(error: unknown): null {
  if (error instanceof ScheduleNotFoundError || lacksSchedules(error)) return null;
  throw error;
}
