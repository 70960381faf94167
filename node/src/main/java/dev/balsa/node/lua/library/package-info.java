/** What scripts can call: the libraries of Lua 5.1 that reach nothing outside, and those that Redis adds. */
@NullMarked
package dev.balsa.node.lua.library;

import org.jspecify.annotations.NullMarked;
