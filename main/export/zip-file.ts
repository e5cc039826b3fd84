import { once } from 'node:events';
import { createDeflateRaw } from 'node:zlib';
import { Zip, ZipPassThrough } from 'fflate';

const PIECE_CHARACTERS = 64 * 1024;
/** Of DOS time: the earliest that a zip can say, by whatever clock it is read. Equal content gives equal bytes. */
const NO_TIME = new Date(1980, 0, 1);
/** Without the extension for large archives an entry ends here. */
const MAX_ENTRY_BYTES = 2 ** 32 - 1;
const DEFLATED = 8;
/** Most of what level 6 saves, in a third of its time. */
const LEVEL = 3;

/**
 * A zip archive that is handed on as it grows, one entry after the other; nothing of it stays in memory.
 * @param write must be done with the bytes when it returns
 */
export class ZipFile {
  readonly #zip: Zip;
  #failure: Error | null = null;
  #bytes = 0;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#zip = new Zip((error, bytes) => {
      if (error !== null) this.#failure = error;
      else {
        this.#bytes += bytes.length;
        write(bytes);
      }
    });
  }

  /**
   * Adds an entry of text, and waits until it is written.
   * @param pieces the next one is asked for only when those before are taken
   */
  async text(path: string, pieces: Iterable<string>): Promise<void> {
    const entry = new DeflatedEntry(path);
    this.#zip.add(entry);
    let text = '';
    for (const piece of pieces) {
      text += piece;
      if (text.length < PIECE_CHARACTERS) continue;
      await this.#push(entry, Buffer.from(text, 'utf8'));
      text = '';
    }
    await this.#push(entry, Buffer.from(text, 'utf8'));
    await entry.finish();
    this.#check();
  }

  /** Adds an entry of bytes that are compressed already or do not gain from it. */
  async bytes(path: string, chunks: Iterable<Uint8Array>): Promise<void> {
    const entry = new DeflatedEntry(path);
    this.#zip.add(entry);
    for (const chunk of chunks) await this.#push(entry, chunk);
    await entry.finish();
    this.#check();
  }

  end(): void {
    this.#zip.end();
    this.#check();
  }

  async #push(entry: DeflatedEntry, bytes: Uint8Array): Promise<void> {
    entry.push(bytes);
    if (entry.size > MAX_ENTRY_BYTES || this.#bytes > MAX_ENTRY_BYTES) {
      throw new Error(`${entry.filename} is larger than 4 GiB, which a zip cannot hold`);
    }
    await entry.taken();
    this.#check();
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}

/** Compressed by Node's zlib, in its own threads, while the next piece is put together. */
class DeflatedEntry extends ZipPassThrough {
  readonly #deflate = createDeflateRaw({ level: LEVEL });
  readonly #ended: Promise<unknown>;

  constructor(path: string) {
    super(path);
    this.compression = DEFLATED;
    this.mtime = NO_TIME;
    this.#deflate.on('data', (chunk: Buffer) => this.ondata(null, new Uint8Array(chunk), false));
    this.#ended = once(this.#deflate, 'end');
    this.#ended.catch(() => undefined);
  }

  protected override process(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#deflate.write(chunk);
  }

  async taken(): Promise<void> {
    if (this.#deflate.writableNeedDrain) await once(this.#deflate, 'drain');
  }

  async finish(): Promise<void> {
    // The last push, an empty one, settles the checksum.
    this.push(new Uint8Array(), true);
    this.#deflate.end();
    await this.#ended;
    this.ondata(null, new Uint8Array(), true);
  }
}
