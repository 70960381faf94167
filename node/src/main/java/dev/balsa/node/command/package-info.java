/** Redis' commands: one row and one method each. */
@NullMarked
package dev.balsa.node.command;

import org.jspecify.annotations.NullMarked;
