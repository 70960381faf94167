package dev.balsa.proxy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.balsa.proxy", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule a_front_needs_proto_and_netty_only = classes()
            .should().onlyDependOnClassesThat().resideInAnyPackage(
                    "java..", "javax.crypto..", "javax.net.ssl..", "org.jspecify..", "org.slf4j..", "io.netty..", "dev.balsa.proto..",
                    "dev.balsa.proxy..")
            .because("a proxy knows nothing of raft or of the engine");

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching("dev.balsa.proxy.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule links_and_clients_meet_in_route_only = noClasses()
            .that().resideInAnyPackage("..proxy.front..", "..proxy.route..").should()
            .dependOnClassesThat().resideInAPackage("..proxy.upstream..")
            .because("a front serves local and remote groups alike, through Backend");
}
