// The file that Node loads as tfjs-node-gpu's binding: it opens the compiled binding beside it and hands over to it.
//
// TensorFlow's libraries write a log line while they are being loaded, before anything can set a log level. With
// TF_CPP_MIN_LOG_LEVEL at 1 or above, standard error is closed to them for as long as loading takes.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>
#include <cstdlib>
#include <string>

#define NAPI_VERSION 8
#include "node_api.h"

namespace {

class QuietStandardError {
 public:
  QuietStandardError() {
    const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
    if (level == nullptr || std::atoi(level) < 1) return;
    saved_ = dup(STDERR_FILENO);
    const int nowhere = open("/dev/null", O_WRONLY);
    if (saved_ >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
    if (nowhere >= 0) close(nowhere);
  }
  ~QuietStandardError() {
    if (saved_ < 0) return;
    dup2(saved_, STDERR_FILENO);
    close(saved_);
  }

 private:
  int saved_ = -1;
};

std::string besideThisFile(const char* name) {
  Dl_info here;
  dladdr(reinterpret_cast<void*>(&besideThisFile), &here);
  const std::string path = here.dli_fname;
  return path.substr(0, path.rfind('/') + 1) + name;
}

}  // namespace

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  void* library;
  {
    QuietStandardError quiet;
    library = dlopen(besideThisFile("tfjs_binding_tensorflow.node").c_str(), RTLD_LAZY | RTLD_LOCAL);
  }
  if (library == nullptr) {
    napi_throw_error(env, nullptr, dlerror());
    return nullptr;
  }
  using Register = napi_value (*)(napi_env, napi_value);
  return reinterpret_cast<Register>(dlsym(library, "napi_register_module_v1"))(env, exports);
}
