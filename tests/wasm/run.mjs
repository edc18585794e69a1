// Runs the module that tests/wasm/rfc8463.rs makes, and prints its size.

import { readFile } from "node:fs/promises";

const [path] = process.argv.slice(2);
const module = await readFile(path);
// No imports: a library without I/O needs nothing of its host.
const { instance } = await WebAssembly.instantiate(module, {});
const status = instance.exports.main(0, 0);
if (status !== 0) {
  throw new Error(`RFC 8463, Appendix A: exit status ${status}`);
}
console.log("RFC 8463, Appendix A: both signatures pass, and fail for a changed body");
console.log(`${path}: ${module.length} bytes`);
