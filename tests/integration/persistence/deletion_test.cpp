#define CAF_SUITE deletion

#include "tests/integration/persistence/library_books.hpp"

#include <thread>

using namespace atelier;
using namespace atelier::test;

CAF_TEST_FIXTURE_SCOPE(deletion_tests, library_books)

CAF_TEST(an image that nothing refers to is gone without a trace) {
    const auto image = uploaded();
    CAF_CHECK(queries::delete_image(db, bob, image.id, noon).error().code == errc::not_found);
    CAF_CHECK(must(queries::delete_image(db, ann, image.id, noon)) == keys{image.key});
    for (const auto* table :
         {"images", "active_storage_blobs", "active_storage_attachments", "deleted_images"})
        CAF_CHECK_EQUAL(count(table), 0);
    CAF_CHECK(queries::delete_image(db, ann, image.id, noon).error().code == errc::not_found);
    CAF_CHECK(!db.in_transaction());
}

CAF_TEST(an image that the journal knows of keeps its row and nothing else) {
    const auto image = uploaded("kitchen");
    const auto generation = redesigned(image.id);
    CAF_CHECK(queries::delete_image(db, ann, image.id, noon).error().code == errc::state_conflict);
    CAF_CHECK_EQUAL(violations(), "");
    fail(generation);
    CAF_CHECK(must(queries::delete_image(db, ann, image.id, noon)) == keys{image.key});
    CAF_CHECK_EQUAL(count("images"), 1);
    CAF_CHECK_EQUAL(count("active_storage_blobs"), 0);
    CAF_CHECK(queries::get_image(db, image.id).error().code == errc::not_found);
    CAF_CHECK(queries::delete_image(db, ann, image.id, noon).error().code == errc::not_found);
    CAF_CHECK(must(queries::list_images(db, ann, {}, {}, 10)).data.empty());
    CAF_CHECK_EQUAL(ids(must(queries::list_generations(db, ann, {}, 10))), text(generation));
    CAF_CHECK_EQUAL(violations(), "");
}

CAF_TEST(what Rails made of an image goes with it and what else it is attached to stays) {
    const auto image = uploaded();
    execute("INSERT INTO active_storage_variant_records (id, blob_id, variation_digest) VALUES (5, " +
            text(image.blob) +
            ", 'd'); INSERT INTO active_storage_blobs (id, key, filename, service_name, byte_size, "
            "checksum, created_at) VALUES (7, 'variant', 'a', 'local', 1, 'x', now()); INSERT INTO "
            "active_storage_attachments (name, record_type, record_id, blob_id, created_at) VALUES ('image', "
            "'ActiveStorage::VariantRecord', 5, 7, now())");
    auto gone = must(queries::delete_image(db, ann, image.id, noon));
    std::ranges::sort(gone);
    CAF_CHECK((gone == keys{image.key, "variant"}));
    for (const auto* table :
         {"active_storage_blobs", "active_storage_attachments", "active_storage_variant_records"})
        CAF_CHECK_EQUAL(count(table), 0);
    const auto shared = uploaded();
    execute("INSERT INTO active_storage_attachments (name, record_type, record_id, blob_id, created_at) "
            "VALUES ('cover', 'Album', 1, " +
            text(shared.blob) + ", now())");
    CAF_CHECK(must(queries::delete_image(db, ann, shared.id, noon)).empty());
    CAF_CHECK_EQUAL(count("active_storage_blobs"), 1);
    CAF_CHECK_EQUAL(count("active_storage_attachments"), 1);
}

CAF_TEST(a generation is deleted with its output and without its photo) {
    const auto image = uploaded();
    const auto generation = redesigned(image.id);
    CAF_CHECK(queries::delete_generation(db, ann, generation, noon).error().code == errc::state_conflict);
    CAF_CHECK(queries::delete_generation(db, bob, generation, noon).error().code == errc::not_found);
    const auto output = succeed(generation);
    CAF_CHECK(must(queries::delete_generation(db, ann, generation, noon)) == keys{output.key});
    CAF_CHECK(queries::get_generation(db, generation).error().code == errc::not_found);
    CAF_CHECK(queries::get_image(db, output.id).error().code == errc::not_found);
    CAF_CHECK(must(queries::list_generations(db, ann, {}, 10)).data.empty());
    CAF_CHECK(queries::delete_generation(db, ann, generation, noon).error().code == errc::not_found);
    CAF_CHECK_EQUAL(ids(must(queries::list_images(db, ann, {}, {}, 10))), text(image.id));
    CAF_CHECK_EQUAL(count("generations"), 1);
    CAF_CHECK_EQUAL(count("token_transactions WHERE generation_id IS NOT NULL"), 1);
    CAF_CHECK_EQUAL(violations(), "");
    const auto failed = redesigned(image.id);
    fail(failed);
    CAF_CHECK(must(queries::delete_generation(db, ann, failed, noon)).empty());
    CAF_CHECK_EQUAL(violations(), "");
}

CAF_TEST(an output can be deleted by itself) {
    const auto image = uploaded();
    const auto generation = redesigned(image.id);
    const auto output = succeed(generation);
    CAF_CHECK(must(queries::delete_image(db, ann, output.id, noon)) == keys{output.key});
    CAF_CHECK(must(queries::get_generation(db, generation)).output_image == output.id);
    CAF_CHECK_EQUAL(violations(), "");
    CAF_CHECK(must(queries::delete_generation(db, ann, generation, noon)).empty());
    CAF_CHECK_EQUAL(violations(), "");
}

CAF_TEST(the audit finds what a deletion has left) {
    const auto image = uploaded();
    const auto generation = redesigned(image.id);
    execute("INSERT INTO deleted_images VALUES (" + text(image.id) + ", now())");
    CAF_CHECK_EQUAL(violations(), "image " + text(image.id) + " is deleted and has a file\nimage " +
                                      text(image.id) + " is deleted and needed by generation " +
                                      text(generation) + "\n");
    execute("DELETE FROM deleted_images");
    succeed(generation);
    execute("INSERT INTO deleted_generations VALUES (" + text(generation) + ", now())");
    CAF_CHECK_EQUAL(violations(),
                    "generation " + text(generation) + " is deleted, succeeded, its output is not\n");
}

// -- deletion and a generation at the same moment -----------------------------------------------------------

CAF_TEST(a generation of a deleted image is refused whichever way references are proven) {
    const auto kept = uploaded();
    fail(redesigned(kept.id));
    const auto bare = uploaded();
    must(queries::delete_image(db, ann, kept.id, noon)); // its row stays
    must(queries::delete_image(db, ann, bare.id, noon)); // its row is gone
    auto checking = writing_to(conninfo(), "checked");
    checking.prove_references = false;
    pg_committer checked{checking};
    for (auto* by : {&writer, &checked})
        for (const auto image : {kept.id, bare.id}) {
            auto set = generate(ann, lot, left, image, style);
            set.life = 0;
            CAF_CHECK_EQUAL(kinds(commit(*by, {set})), "invalid");
        }
    CAF_CHECK_EQUAL(count("generations"), 1);
    CAF_CHECK_EQUAL(violations(), "");
}

CAF_TEST(a deletion and a generation at once have one winner) {
    auto checking = writing_to(conninfo(), "checked");
    checking.prove_references = false;
    pg_committer checked{checking};
    auto own = must(pg::connection::open(reach(conninfo())));
    for (int round = 0; round < 40; ++round) {
        const auto image = uploaded();
        if (round % 4 < 2)
            fail(redesigned(image.id)); // the row of the image stays
        auto& by = round % 2 == 0 ? writer : checked;
        auto set = generate(ann, lot, left, image.id, style);
        set.life = 0;
        bool deleted = false;
        std::string generated;
        {
            std::jthread one{[&] { deleted = queries::delete_image(own, ann, image.id, noon).has_value(); }};
            std::jthread two{[&] { generated = kinds(commit(by, {set})); }};
        }
        CAF_CHECK_NOT_EQUAL(deleted, generated == "committed");
        if (generated == "committed")
            --left;
    }
    CAF_CHECK_EQUAL(violations(), "");
}

CAF_TEST_FIXTURE_SCOPE_END()
