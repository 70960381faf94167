package dev.balsa.chaos.bug;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * An agent of the JVM that changes a few instructions of a node as its classes are loaded.
 *
 * <pre>
 *   stale-reads    ReadRounds: asks nobody whether this replica still leads, or how far the log is
 *   lost-ack       Pending: an unknown outcome is answered like a success
 *   double-apply   BatchRefusal, NodeLink: an unknown outcome is taken for "not executed", so the front sends it again
 * </pre>
 */
public final class PlantedBug {
    /** Not a changed instruction but a setting: nodes answer before the disk has what they say. */
    public static final String NO_FSYNC = "no-fsync";

    private static final List<String> NAMES = List.of("stale-reads", "lost-ack", "double-apply", NO_FSYNC);
    private static final ClassDesc WRONG = WrongTurns.class.describeConstable().orElseThrow();
    private static final ClassDesc REQUEST = ClassDesc.of("dev.balsa.proxy.route.Request");
    private static final ClassDesc RAFT_GROUP = ClassDesc.of("dev.balsa.raft.RaftGroup");
    private static final ClassDesc READ_DONE = ClassDesc.of("dev.balsa.raft.RaftGroup$ReadDone");

    private PlantedBug() {}

    /** @throws IllegalArgumentException if it is neither empty nor one there is */
    public static void check(String name) {
        if (!name.isEmpty() && !NAMES.contains(name)) {
            throw new IllegalArgumentException("no bug '" + name + "'; there are " + String.join(", ", NAMES));
        }
    }

    /**
     * Options of a JVM that is to have a bug.
     *
     * @param directory where the agent may be written to
     */
    public static List<String> options(String name, Path directory) throws IOException {
        check(name);
        Path jar = directory.toAbsolutePath().resolve("agent.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Premain-Class"), PlantedBug.class.getName());
        // The classes themselves are on the node's class path.
        try (OutputStream out = Files.newOutputStream(jar)) {
            new JarOutputStream(out, manifest).close();
        }
        return List.of("-javaagent:" + jar + "=" + name);
    }

    /** Called by the JVM before its main method. */
    public static void premain(String name, Instrumentation instrumentation) {
        System.out.println("*** planted bug: " + name + " ***");
        instrumentation.addTransformer(new ClassFileTransformer() {
            @Override
            public byte @Nullable [] transform(@Nullable ClassLoader loader, String type, @Nullable Class<?> before,
                    @Nullable ProtectionDomain domain, byte[] bytes) {
                ClassTransform change = change(name, type);
                return change == null ? null : rewrite(bytes, change);
            }
        });
    }

    private static byte[] rewrite(byte[] bytes, ClassTransform change) {
        ClassFile format = ClassFile.of();
        return format.transformClass(format.parse(bytes), change);
    }

    private static @Nullable ClassTransform change(String name, String type) {
        return switch (name + " " + type) {
            case "stale-reads dev/balsa/node/replication/ReadRounds" ->
                    ClassTransform.transformingMethodBodies(PlantedBug::readAtOnce);
            case "lost-ack dev/balsa/proxy/route/Pending" -> ClassTransform.transformingMethodBodies(
                    method -> method.methodName().equalsString("outcomeUnknown"), acknowledged());
            case "double-apply dev/balsa/node/replication/BatchRefusal",
                    "double-apply dev/balsa/proxy/upstream/NodeLink" ->
                    ClassTransform.transformingMethodBodies(PlantedBug::neverUnknown);
            default -> null;
        };
    }

    private static void readAtOnce(CodeBuilder code, CodeElement element) {
        if (element instanceof InvokeInstruction call && call.name().equalsString("readIndex")) {
            code.invokestatic(WRONG, "readAtOnce",
                    MethodTypeDesc.of(ConstantDescs.CD_void, RAFT_GROUP, READ_DONE));
        } else {
            code.with(element);
        }
    }

    private static CodeTransform acknowledged() {
        return new CodeTransform() {
            @Override
            public void atStart(CodeBuilder code) {
                code.aload(0).invokestatic(WRONG, "acknowledge", MethodTypeDesc.of(ConstantDescs.CD_void, REQUEST))
                        .return_();
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                code.with(element);
            }
        };
    }

    private static void neverUnknown(CodeBuilder code, CodeElement element) {
        if (element instanceof TypeCheckInstruction check && check.opcode() == Opcode.INSTANCEOF
                && check.type().asInternalName().endsWith("RaftFailure$OutcomeUnknown")) {
            code.pop().iconst_0();
        } else if (element instanceof InvokeInstruction call && call.name().equalsString("isReadOnly")) {
            code.pop().iconst_1();
        } else {
            code.with(element);
        }
    }
}
