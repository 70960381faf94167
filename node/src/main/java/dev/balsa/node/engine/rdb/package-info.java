/** Redis' RDB file format, reader and writer. */
@NullMarked
package dev.balsa.node.engine.rdb;

import org.jspecify.annotations.NullMarked;
