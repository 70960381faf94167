/**
 * The groups on SOFAJRaft: the only place that knows its types, and where every known hazard of it is guarded.
 *
 * <table>
 *   <caption>Hazard and guard</caption>
 *   <tr><td>one status for "not appended" and "outcome unknown"</td><td>{@code Failures}</td></tr>
 *   <tr><td>a closure that runs although the call threw</td><td>{@code InFlight}, {@code ReadInFlight}</td></tr>
 *   <tr><td>a shared pool that rejects in the middle of an append</td><td>{@code GroupThreads}</td></tr>
 *   <tr><td>exceptions in queues that are only logged</td><td>{@code ApplyWatchdog}</td></tr>
 *   <tr><td>exceptions in callbacks that leave flags set for ever</td><td>{@code JRaftStateMachine}</td></tr>
 *   <tr><td>a wiped replica that votes</td><td>{@code ReplicaIdentity}, {@code Founding}, {@code Membership}</td></tr>
 *   <tr><td>votes unsynced, without checksum, or written after a write failed</td><td>{@code VoteStorage}</td></tr>
 *   <tr><td>damaged log records that are met only when needed</td><td>{@code VerifiedLog}, {@code segment}</td></tr>
 *   <tr><td>snapshots neither fsynced nor checked</td><td>{@code DurableSnapshots}, {@code SnapshotManifest}</td></tr>
 *   <tr><td>a full disk that ends a replica</td><td>{@code JRaftGroup} (free space), {@code Replica} (opens
 * again)</td></tr>
 *   <tr><td>transfers that answer OK before anything happened, joint changes</td><td>{@code Membership}</td></tr>
 *   <tr><td>lease reads, unbounded memory, timers that tick while idle</td><td>{@code JRaftOptions}</td></tr>
 *   <tr><td>a port open to all, with administration and Hessian</td><td>{@code RpcPort}, {@code rpc}</td></tr>
 *   <tr><td>timers that last an hour longer when the clock is set back by one</td><td>{@code AlignedTimers}</td></tr>
 * </table>
 */
@NullMarked
package dev.balsa.raft.jraft;

import org.jspecify.annotations.NullMarked;
