/** Tests of what all kinds of groups share, and of the module's shape. */
@NullMarked
package dev.balsa.raft;

import org.jspecify.annotations.NullMarked;
