package dev.balsa.node;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.balsa.proto.resp.RedisDouble;
import java.util.Map;
import java.util.Set;

/** Which package may use which, and what code that runs on every replica must not touch. */
@AnalyzeClasses(packages = "dev.balsa.node", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule the_engine_knows_only_the_jdk = classes()
            .that()
            .resideInAPackage("..node.engine..")
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage("java..", "org.jspecify.annotations", "dev.balsa.node.engine..")
                            .or(equivalentTo(RedisDouble.class)))
            .because("it is useful without a network; how a double is written must be the same in values and replies");

    @ArchTest
    static final ArchRule lua_knows_only_the_jdk = classes()
            .that()
            .resideInAPackage("..node.lua..")
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage("java..", "org.jspecify.annotations", "dev.balsa.node.lua.."))
            .because("it is useful alone, and a script must reach nothing of ours");

    @ArchTest
    static final ArchRule memory_knows_no_keys = noClasses()
            .that()
            .resideInAPackage("..node.engine.memory..")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.balsa..").and(not(resideInAPackage("..node.engine.memory.."))));

    @ArchTest
    static final ArchRule commands_know_the_engine_the_protocol_and_lua_only = noClasses()
            .that()
            .resideInAPackage("..node.command..")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.balsa..")
                    .and(not(resideInAnyPackage("..node.command..", "..node.engine..", "..node.lua..",
                            "dev.balsa.proto.."))));

    @ArchTest
    static final ArchRule commands_know_no_network_and_no_replication = classes()
            .that()
            .resideInAPackage("..node.command..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify.annotations", "dev.balsa.."))
            .because("a command body is a function of entry and keyspace: no Netty, no JRaft, no logging");

    @ArchTest
    static final ArchRule apply_has_no_clock_and_no_chance = noClasses()
            .that()
            .resideInAnyPackage("..node.engine..", "..node.command..", "..node.lua..")
            .should()
            .accessTargetWhere(target(owner(equivalentTo(System.class)))
                    .and(target(nameMatching("currentTimeMillis|nanoTime|identityHashCode|getenv|getProperty"))))
            .orShould()
            .accessTargetWhere(target(owner(equivalentTo(Math.class))).and(target(nameMatching("random"))))
            .orShould()
            .accessTargetWhere(target(owner(equivalentTo(Set.class))).and(target(nameMatching("of|copyOf"))))
            .orShould()
            .accessTargetWhere(
                    target(owner(equivalentTo(Map.class))).and(target(nameMatching("of|copyOf|ofEntries|entry"))))
            .because("every replica must compute the same state from the same entry");

    @ArchTest
    static final ArchRule apply_has_no_hash_order_and_no_threads = noClasses()
            .that()
            .resideInAnyPackage("..node.engine..", "..node.command..", "..node.lua..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.(HashMap|HashSet|IdentityHashMap|WeakHashMap|Random|SplittableRandom|UUID|Date)"
                    + "|java\\.util\\.concurrent\\..*|java\\.time\\..*|java\\.util\\.stream\\.Collectors|java\\.lang\\.Thread");

    @ArchTest
    static final ArchRule the_engine_has_no_streams = noClasses()
            .that()
            .resideInAPackage("..node.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.util.stream..");

    @ArchTest
    static final ArchRule packages_form_no_cycles =
            slices().matching("dev.balsa.node.(**)").should().beFreeOfCycles();
}
