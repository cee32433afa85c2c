// Loaded by mocha before every test file: a quiet TensorFlow log.
process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
