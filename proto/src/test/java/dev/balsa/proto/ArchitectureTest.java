package dev.balsa.proto;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.balsa.proto", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule proto_depends_on_nothing_of_ours = classes()
            .that()
            .resideInAPackage("dev.balsa.proto..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.balsa.proto..", "java..", "org.jspecify..", "com.google.protobuf..")
            .because("proto is what two processes must agree on: bytes in, bytes out");

    @ArchTest
    static final ArchRule protobuf_is_for_the_control_plane_only = noClasses()
            .that()
            .resideOutsideOfPackages("dev.balsa.proto.cluster", "dev.balsa.proto.control")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.protobuf..", "dev.balsa.proto.control");

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching("dev.balsa.proto.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule nothing_here_knows_a_clock_or_a_thread = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.lang\\.Thread|java\\.time\\..*|java\\.util\\.concurrent\\..*|java\\.util\\.Random")
            .because("the log's bytes must be the same on every replica");
}
