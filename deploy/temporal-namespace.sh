#!/bin/sh
# Makes the namespace TEMPORAL_NAMESPACE on the server TEMPORAL_ADDRESS; safe to run at every start. Waits until the
# namespace can be used: a frontend knows a new namespace only after its next refresh, up to 10 s later, and a worker
# that starts earlier fails.
set -eu
PATIENCE_SECONDS=60

waited=0
until said=$(temporal operator cluster health 2>&1); do
  if [ "$waited" -ge "$PATIENCE_SECONDS" ]; then
    echo "Temporal at $TEMPORAL_ADDRESS does not answer: $said" >&2
    exit 1
  fi
  waited=$((waited + 1))
  sleep 1
done

# How long ended experiments stay in the Web UI.
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d

waited=0
until said=$(temporal workflow count 2>&1); do
  if [ "$waited" -ge "$PATIENCE_SECONDS" ]; then
    echo "The namespace $TEMPORAL_NAMESPACE can't be used: $said" >&2
    exit 1
  fi
  waited=$((waited + 1))
  sleep 1
done
