/** Tests of requests and replies as bytes. */
@NullMarked
package dev.balsa.proto.resp;

import org.jspecify.annotations.NullMarked;
