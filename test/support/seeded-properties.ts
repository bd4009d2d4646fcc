import fc from 'fast-check';

// The same cases in every run; a test that names a seed of its own keeps it.
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
