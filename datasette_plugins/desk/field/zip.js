// A ZIP file without compression, written piece by piece: photos are compressed already.
// Layout: PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16; names are UTF-8 (flag bit 11).

const TABLE = new Uint32Array(256).map((ignored, number) => {
  let value = number;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** CRC-32 of bytes. */
export function crc32(bytes) {
  let value = 0xffffffff;
  for (let index = 0; index < bytes.length; index++) value = TABLE[(value ^ bytes[index]) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** Collects files and answers with the ZIP as a Blob; the browser may keep its parts on the disk. */
export class ZipWriter {
  constructor(at = new Date()) {
    this.parts = [];
    this.entries = [];
    this.offset = 0;
    this.time = (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1);
    this.date = (Math.min(Math.max(at.getFullYear() - 1980, 0), 127) << 9) | ((at.getMonth() + 1) << 5) | at.getDate();
  }

  /** Put a file in: a text, or bytes (ArrayBuffer). Rejects above 4 GB, where this format ends. */
  add(name, content) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
    const own = { name: new TextEncoder().encode(name), crc: crc32(bytes), size: bytes.length, offset: this.offset };
    if (this.offset + bytes.length > 0xfffffff0 || this.entries.length >= 0xfffe) throw new Error("zip_too_large");
    this.push(this.head(0x04034b50, own, false), own.name);
    this.parts.push(new Blob([bytes]));
    this.offset += bytes.length;
    this.entries.push(own);
  }

  /** The whole file. */
  finish() {
    const begin = this.offset;
    for (const each of this.entries) this.push(this.head(0x02014b50, each, true), each.name);
    const end = new DataView(new ArrayBuffer(22));
    end.setUint32(0, 0x06054b50, true);
    end.setUint16(8, this.entries.length, true);
    end.setUint16(10, this.entries.length, true);
    end.setUint32(12, this.offset - begin, true);
    end.setUint32(16, begin, true);
    this.push(new Uint8Array(end.buffer));
    return new Blob(this.parts, { type: "application/zip" });
  }

  push(...pieces) {
    for (const piece of pieces) {
      this.parts.push(piece);
      this.offset += piece.length;
    }
  }

  head(signature, own, isCentral) {
    const view = new DataView(new ArrayBuffer(isCentral ? 46 : 30));
    let at = 0;
    const two = (value) => { view.setUint16(at, value, true); at += 2; };
    const four = (value) => { view.setUint32(at, value, true); at += 4; };
    four(signature);
    if (isCentral) two(20);
    two(20);
    two(0x0800);
    two(0);
    two(this.time);
    two(this.date);
    four(own.crc);
    four(own.size);
    four(own.size);
    two(own.name.length);
    two(0);
    if (isCentral) {
      two(0);
      two(0);
      two(0);
      four(0);
      four(own.offset);
    }
    return new Uint8Array(view.buffer);
  }
}
