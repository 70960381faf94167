/** A Lua 5.1 that gives the same bytes everywhere, ends by itself, and can reach nothing but what it is given. */
@NullMarked
package dev.balsa.node.lua;

import org.jspecify.annotations.NullMarked;
