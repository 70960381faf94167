/** RESP2 and RESP3: requests in, replies out, on byte arrays. */
@NullMarked
package dev.balsa.proto.resp;

import org.jspecify.annotations.NullMarked;
