/** Hash slots: CRC16 of the key or its hash tag, 0 to 16383. */
@NullMarked
package dev.balsa.proto.slot;

import org.jspecify.annotations.NullMarked;
