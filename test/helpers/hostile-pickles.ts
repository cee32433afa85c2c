import { op } from "./torch-archive";

// Ways in which a pickle names code; nothing here is ever run, each has to be refused.

const GADGETS = `os system|posix system|nt system|os popen|os execv|os spawnl|subprocess Popen|subprocess run|subprocess call|subprocess check_output|builtins eval|builtins exec|builtins compile
builtins __import__|builtins getattr|builtins setattr|builtins open|builtins globals|builtins breakpoint|builtins map|builtins filter|__builtin__ eval|__builtin__ apply|pty spawn|runpy run_path|runpy run_module
runpy _run_code|code InteractiveInterpreter|code InteractiveConsole|cProfile run|profile runctx|trace Trace.run|timeit timeit|pdb run|bdb Bdb.run|doctest debug_script|importlib import_module|importlib.util spec_from_file_location
pydoc locate|pydoc pipepager|pip main|ensurepip _run_pip|venv create|ctypes CDLL|ctypes.util find_library|marshal loads|types FunctionType|types CodeType|multiprocessing.util spawnv_passfds
asyncio.unix_events _UnixSubprocessTransport._start|operator attrgetter|operator methodcaller|operator itemgetter|functools partial|functools reduce|pickle loads|_pickle loads|dill loads|cloudpickle loads|joblib load
torch load|torch.serialization load|torch.hub load|torch.jit load|torch._inductor.codecache compile_file|torch.utils.collect_env run|torch._dynamo.guards GuardBuilder.get|torch.jit.unsupported_tensor_ops execWrapper
torch.utils._config_module ConfigModule.load_config|torch.fx.experimental.symbolic_shapes ShapeEnv.evaluate_guards_expression|numpy.f2py crackfortran|numpy.testing._private.utils runstring|numpy load
distutils.file_util write_file|idlelib.pyshell ModifiedInterpreter.runcode|lib2to3.pgen2.pgen generate_grammar|socket create_connection|ssl get_server_certificate|http.client HTTPConnection|requests get|aiohttp request
webbrowser open|shutil rmtree|sys modules|sys exit|weakref ref|collections Counter|collections namedtuple|collections defaultdict|argparse Namespace|_codecs encode|numpy dtype|numpy ndarray`.split(/\n|\|/).map((line) => line.split(" ") as [string, string]);

// an allowed name bent a little, and names that plain objects have
const BENT: [string, string][] = [
  ["torch._utils", "_rebuild_tensor_v2 "], [" torch._utils", "_rebuild_tensor_v2"], ["torch._utils\0", "_rebuild_tensor_v2"], ["torch._utils", "_rebuild_tensor_v2\0x"], ["torch._utils", "_rebuild_tensor_v2\r"],
  ["torch._utils", "os.system"], ["torch._utils", "_rebuild_tensor_v2.__globals__"], ["torch", "_utils._rebuild_tensor_v2"], ["tоrch._utils", "_rebuild_tensor_v2"], ["Torch._utils", "_rebuild_tensor_v2"],
  ["collections", "ordereddict"], ["collections", "OrderedDict.fromkeys"], ["os", "OrderedDict"], ["torch._utils", "_rebuild_tensor_v3"], ["torch", "QInt8Storage"], ["torch", "UntypedStorage"], ["", ""], ["torch", ""], ["", "FloatStorage"],
  ["constructor", "constructor"], ["__proto__", "__proto__"], ["Object", "hasOwnProperty"], ["toString", ""], ["torch", "constructor"], ["torch", "__proto__"], ["x".repeat(60_000), "y"],
];

const text8 = (value: string): Buffer => op.bytes(0x8c, Buffer.byteLength(value) & 255, value);

/** [what, pickle]: each gadget in each way to name a global, in protocols 0 to 5; a call follows the name. */
export function* importingPickles(): Iterable<[string, Buffer]> {
  for (const [module, name] of [...GADGETS, ...BENT]) {
    for (const protocol of [0, 1, 2, 3, 4, 5]) {
      const start = protocol < 2 ? Buffer.alloc(0) : Buffer.of(0x80, protocol), call = op.bytes("(", "S'id'\n", "tR.");
      yield [`${module} ${name}, GLOBAL, protocol ${protocol}`, op.bytes(start, op.global(module, name), call)];
      yield [`${module} ${name}, STACK_GLOBAL, protocol ${protocol}`, op.bytes(start, text8(module), text8(name), 0x93, call)];
      yield [`${module} ${name}, INST, protocol ${protocol}`, op.bytes(start, "(S'id'\n", "i", module, "\n", name, "\n.")];
    }
    yield [`${module} ${name}, called with an allowed argument`, op.bytes(op.PROTO, op.global(module, name), op.EMPTY_TUPLE, op.REDUCE, op.STOP)];
    yield [`${module} ${name}, OBJ`, op.bytes(op.PROTO, "(", op.global(module, name), op.text("id"), "o.")];
    yield [`${module} ${name}, NEWOBJ`, op.bytes(op.PROTO, op.global(module, name), op.EMPTY_TUPLE, op.NEWOBJ, op.STOP)];
    yield [`${module} ${name}, unused`, op.bytes(op.PROTO, op.global(module, name), "0", op.EMPTY_DICT, op.STOP)];
  }
  for (const code of [0x82, 0x83, 0x84]) yield [`extension code ${code}`, op.bytes(op.PROTO, code, 1, 0, 0, 0, op.STOP)];
}
