/**
 * A Lua 5.1 that gives the same bytes everywhere, ends by itself, and can reach nothing but what it is given.
 *
 * <p><b>From text to code.</b> {@link dev.balsa.node.lua.Lexer} and {@link dev.balsa.node.lua.Parser} make a tree
 * ({@link dev.balsa.node.lua.Expr}, {@link dev.balsa.node.lua.Statement}), {@link dev.balsa.node.lua.Generator} makes of
 * each function a {@link dev.balsa.node.lua.Proto}: instructions ({@link dev.balsa.node.lua.Op}) for a machine with
 * registers.
 *
 * <p><b>The interpreter</b> ({@link dev.balsa.node.lua.Interpreter}, {@link dev.balsa.node.lua.Dispatch}) keeps all that
 * a function does in its {@link dev.balsa.node.lua.Frame}, an object. So deep recursion takes nothing of Java's stack,
 * and a coroutine is a frame that was put aside.
 *
 * <p><b>Compiled code.</b> A function in which enough has run ({@link dev.balsa.node.lua.Heat}) becomes a class of Java
 * with one method, {@link dev.balsa.node.lua.Code#run}, which does with a frame what {@code Dispatch.run} does:
 *
 * <pre>
 * Proto ── Liveness      which registers will still be read
 *   │      NumberTypes   which registers are sure to hold numbers
 *   ▼
 * Translator ── Emitter  a register is a variable of Java: a double or an Object
 *   │           Calling  calls, returns
 *   │           Exits    the ways back into the interpreter
 *   ▼
 * Compiler               a hidden class, which goes when its Proto goes
 * </pre>
 *
 * <p>The frame stays behind the variables of Java: code is entered by reading the frame's registers, at the beginning of
 * a function or at the end of a round of a loop, and left before its end by writing them. Either form can take a frame
 * over from the other, so whatever is rare is left to the interpreter: a coroutine that yields, recursion deeper than
 * Java's stack should be, arithmetic with what is no number, functions too long for Java's compiler.
 *
 * <p>Arithmetic is taken to give numbers, which makes most variables of a loop doubles. Where an operand turns out to be
 * something else, the interpreter does the instruction, and the function is compiled again without that belief.
 *
 * <p><b>The same on every replica.</b> When a function is compiled may differ from replica to replica. It does not
 * matter, because both forms call the same methods for all that can fail, allocate or cost, at the same instructions and
 * in the same order, and note the instruction before: budgets, messages and lines are the same to the last unit.
 */
@NullMarked
package dev.balsa.node.lua;

import org.jspecify.annotations.NullMarked;
