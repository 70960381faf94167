package dev.balsa.node.lua;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/**
 * Makes a class of a function: a hidden one, that goes when the function goes. Its constants are static and final, so
 * that Java's compiler takes them for what they are.
 */
final class Compiler {
    /** HotSpot does not compile methods that are longer, and interpreted they are slower than our own interpreter. */
    private static final int BYTES_MAX = 8000;
    /** More instructions than that never fit. */
    private static final int INSTRUCTIONS_MAX = 800;
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final ClassDesc THIS = ClassDesc.of(Compiler.class.getPackageName(), "Compiled");
    private static final ClassDesc CODE = Emitter.descriptor(Code.class);
    private static final MethodTypeDesc RUN = MethodTypeDesc.of(ConstantDescs.CD_Object, Emitter.STATE, Emitter.FRAME);
    private static final ClassFile CLASS_FILE = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
            ClassHierarchyResolver.ofClassLoading(LOOKUP)));

    private Compiler() {}

    /** The compiled form of a function, or null if it is too long to have one. */
    static @Nullable Code compile(Proto p, Heat heat) {
        if (p.code().length > INSTRUCTIONS_MAX * Op.SIZE) {
            return null;
        }
        try {
            byte[] bytes = bytes(p, heat);
            if (lengthOf(bytes) > BYTES_MAX) {
                return null;
            }
            Class<?> made = LOOKUP.defineHiddenClassWithClassData(bytes, p.constants(), true).lookupClass();
            return (Code) made.getDeclaredConstructor().newInstance();
        } catch (IllegalArgumentException | LinkageError | ReflectiveOperationException e) {
            // Longer than a method can be, or our mistake: the interpreter can do it anyway.
            return heat.failed(e);
        }
    }

    private static byte[] bytes(Proto p, Heat heat) {
        Object[] constants = p.constants();
        return CLASS_FILE.build(THIS, type -> {
            type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER).withSuperclass(CODE);
            for (int i = 0; i < constants.length; i++) {
                type.withField(Emitter.constantName(i), Emitter.typeOf(constants[i]),
                        ClassFile.ACC_STATIC | ClassFile.ACC_FINAL);
            }
            type.withMethodBody("<clinit>", MethodTypeDesc.of(ConstantDescs.CD_void), ClassFile.ACC_STATIC,
                    out -> constants(out, constants));
            type.withMethodBody("<init>", MethodTypeDesc.of(ConstantDescs.CD_void), 0, out -> out.aload(0)
                    .invokespecial(CODE, "<init>", MethodTypeDesc.of(ConstantDescs.CD_void)).return_());
            type.withMethodBody("run", RUN, 0, out -> new Translator(p, heat, out, THIS).translate());
        });
    }

    /** Takes the constants out of the data that comes with the class. */
    private static void constants(CodeBuilder out, Object[] constants) {
        ClassDesc handles = Emitter.descriptor(MethodHandles.class);
        ClassDesc lookup = Emitter.descriptor(MethodHandles.Lookup.class);
        out.invokestatic(handles, "lookup", MethodTypeDesc.of(lookup))
                .loadConstant(ConstantDescs.DEFAULT_NAME)
                .loadConstant(Emitter.OBJECTS)
                .invokestatic(handles, "classData", MethodTypeDesc.of(ConstantDescs.CD_Object, lookup,
                        ConstantDescs.CD_String, ConstantDescs.CD_Class))
                .checkcast(Emitter.OBJECTS)
                .astore(0);
        for (int i = 0; i < constants.length; i++) {
            out.aload(0).loadConstant(i).aaload().checkcast(Emitter.typeOf(constants[i]))
                    .putstatic(THIS, Emitter.constantName(i), Emitter.typeOf(constants[i]));
        }
        out.return_();
    }

    private static int lengthOf(byte[] bytes) {
        return CLASS_FILE.parse(bytes).methods().stream()
                .flatMap(method -> method.code().stream())
                .filter(CodeAttribute.class::isInstance)
                .mapToInt(code -> ((CodeAttribute) code).codeLength())
                .max().orElse(0);
    }
}
