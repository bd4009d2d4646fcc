import fc from 'fast-check';

// The same cases in every run. A test that sets its own seed keeps it.
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
