// Pictures that can be told apart: PNG files of one colour, written and read back here.
import { deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');

// Only newer versions of Node have this one.
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; ++bit) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});
function crc32(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = remainders[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function file(width, height, pixels) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
  const end = chunk('IEND', Buffer.alloc(0));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(pixels)), end]);
}

/** A PNG whose pixels all have the 24 bits of `number` as their colour. */
export function picture(number, width = 24, height = 16) {
  const line = Buffer.alloc(1 + 3 * width);
  for (let x = 0; x < width; ++x) line.writeUIntBE(number % 0x1000000, 1 + 3 * x, 3);
  return file(width, height, Buffer.concat(Array.from({ length: height }, () => line)));
}

/** A small file that claims to be a picture of 3,600 million pixels. */
export function hugePicture() {
  return file(60_000, 60_000, Buffer.alloc(1000));
}

/** A picture that ends in its middle. */
export function brokenPicture() {
  return picture(1).subarray(0, 50);
}

/** The number in a picture that was made here; throws unless every byte of the file is right. */
export function numberOf(file) {
  if (!file.subarray(0, 8).equals(signature)) throw new Error('this is no PNG file');
  const parts = new Map();
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    const whole = body.length === 4 + length && at + 12 + length <= file.length;
    if (!whole || file.readUInt32BE(at + 8 + length) !== crc32(body)) throw new Error('it is damaged');
    parts.set(body.toString('latin1', 0, 4), body.subarray(4));
    at += 12 + length;
  }
  if (!parts.has('IEND')) throw new Error('it is cut off');
  const width = parts.get('IHDR').readUInt32BE(0);
  const height = parts.get('IHDR').readUInt32BE(4);
  const pixels = inflateSync(parts.get('IDAT'));
  if (pixels.length !== height * (1 + 3 * width)) throw new Error('pixels are missing');
  return pixels.readUIntBE(1, 3);
}
