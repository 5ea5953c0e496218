// The page's arrays: one gzipped blob in base64, and a table of what lies where in it.

/** @param {string} text base64 @returns {Uint8Array} */
export function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** IEEE 754 half precision, as its 16 bits, to single precision.
 * @param {Uint16Array} halves @returns {Float32Array} */
export function fromHalves(halves) {
  const values = new Float32Array(1 << 16);
  for (let bits = 0; bits < values.length; bits++) {
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    const size = exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction;
    values[bits] = bits >> 15 ? -size : size;
  }
  return Float32Array.from(halves, (bits) => values[bits]);
}

/**
 * @param {string} base64 of the gzipped arrays, one after the other
 * @param {{name: string, type: string, shape: number[], offset: number}[]} table
 * @returns {Promise<Object<string, {shape: number[], values: TypedArray}>>} halves as floats
 */
export async function unpack(base64, table) {
  const zipped = new Blob([fromBase64(base64)]).stream();
  const plain = zipped.pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(plain).arrayBuffer();
  const types = { float16: Uint16Array, float32: Float32Array, uint8: Uint8Array, int32: Int32Array };
  const arrays = {};
  for (const { name, type, shape, offset } of table) {
    const length = shape.reduce((product, n) => product * n, 1);
    const values = new types[type](buffer, offset, length);
    arrays[name] = { shape, values: type === "float16" ? fromHalves(values) : values };
  }
  return arrays;
}

/** Two pixels a byte, the first in the high bits, each 0–15.
 * @param {Uint8Array} packed @param {number} pixels of one image @param {number} index of it
 * @returns {Float32Array} in [0, 1] */
export function thumbnail(packed, pixels, index) {
  const image = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const at = index * pixels + i;
    const byte = packed[at >> 1];
    image[i] = (at & 1 ? byte & 15 : byte >> 4) / 15;
  }
  return image;
}
