#pragma once
#include <string.h>
#include <zlib.h>

// Makes a gzip member of `size` bytes in one step, with 64 KiB of working memory; 0 when it has no room in `capacity`.
// Swift cannot call deflateInit2, which is a macro.
static inline size_t apus_gzip(const void *content, size_t size, void *output, size_t capacity) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    // A window of 8 KiB; 16 more asks for the frame of gzip instead of zlib's.
    if (deflateInit2(&stream, 1, Z_DEFLATED, 13 + 16, 6, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
    stream.next_in = (Bytef *)content;
    stream.avail_in = (uInt)size;
    stream.next_out = output;
    stream.avail_out = (uInt)capacity;
    int code = deflate(&stream, Z_FINISH);
    size_t made = code == Z_STREAM_END ? capacity - stream.avail_out : 0;
    deflateEnd(&stream);
    return made;
}
