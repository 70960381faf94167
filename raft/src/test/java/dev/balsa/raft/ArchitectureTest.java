package dev.balsa.raft;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMembers;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.balsa.raft", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String FOREIGN_WORDS = "(?i).*(redis|resp2|resp3|keyspace|hashslot|database).*";

    @ArchTest
    static final ArchRule only_raft_jraft_knows_jraft = noClasses()
            .that()
            .resideOutsideOfPackage("dev.balsa.raft.jraft..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.alipay..", "com.lmax..");

    @ArchTest
    static final ArchRule raft_knows_no_other_module = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.balsa.proto..", "dev.balsa.node..", "dev.balsa.proxy..");

    @ArchTest
    static final ArchRule the_api_does_not_depend_on_its_kinds = noClasses()
            .that()
            .resideInAPackage("dev.balsa.raft")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.balsa.raft.jraft..", "dev.balsa.raft.memory..", "dev.balsa.raft.segment..");

    @ArchTest
    static final ArchRule types_use_the_words_of_replication =
            noClasses().should().haveNameMatching(FOREIGN_WORDS);

    @ArchTest
    static final ArchRule members_use_the_words_of_replication =
            noMembers().that().areDeclaredInClassesThat().resideInAPackage("dev.balsa.raft").should().haveNameMatching(
                    FOREIGN_WORDS);

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching("dev.balsa.raft.(**)").should().beFreeOfCycles();
}
