#define CAF_SUITE library

#include "tests/integration/persistence/library_books.hpp"

#include <atomic>
#include <thread>

using namespace atelier;
using namespace atelier::test;

CAF_TEST_FIXTURE_SCOPE(library_tests, library_books)

// -- direct uploads -----------------------------------------------------------------------------------------

CAF_TEST(a direct upload is a blob without attachment until it becomes an image) {
    const auto blob = offered(ann);
    CAF_CHECK_EQUAL(count("active_storage_blobs WHERE metadata = '{}' AND checksum IS NOT NULL"), 1);
    CAF_CHECK_EQUAL(count("active_storage_attachments"), 0);
    const auto open = must(queries::find_attachable(db, ann, blob));
    CAF_REQUIRE(std::holds_alternative<direct_upload>(open));
    CAF_CHECK_EQUAL(std::get<direct_upload>(open).checksum, "XUFAKrxLKna5cZ2REBfFkg==");
    CAF_CHECK(std::get<direct_upload>(open).created_at == noon);
    const auto id = must(queries::attach_direct_upload(db, ann, blob, seen(), noon + 1h));
    const auto image = must(queries::get_image(db, id));
    CAF_CHECK(image.user == ann && !image.output && image.blob == blob);
    CAF_CHECK_EQUAL(image.room_type, "kitchen");
    CAF_CHECK_EQUAL(image.content_type, "image/png");
    CAF_CHECK_EQUAL(image.width, 3);
    CAF_CHECK(image.created_at == noon + 1h);
    CAF_CHECK_EQUAL(count("active_storage_attachments WHERE record_type = 'Image' AND name = 'file'"), 1);
    CAF_CHECK_EQUAL(count("direct_uploads"), 0);
    // again it is the same image, and no second one
    CAF_CHECK(queries::attach_direct_upload(db, ann, blob, seen(), noon).error().code ==
              errc::state_conflict);
    CAF_CHECK(std::get<image_id>(must(queries::find_attachable(db, ann, blob))) == id);
    CAF_CHECK_EQUAL(count("images"), 1);
}

CAF_TEST(an upload of somebody else or of Rails cannot be attached) {
    const auto anns = offered(ann);
    CAF_CHECK(queries::find_attachable(db, bob, anns).error().code == errc::not_found);
    CAF_CHECK(queries::attach_direct_upload(db, bob, anns, seen(), noon).error().code ==
              errc::state_conflict);
    must(queries::attach_direct_upload(db, ann, anns, seen(), noon));
    CAF_CHECK(queries::find_attachable(db, bob, anns).error().code == errc::not_found);
    const blob_id rails{
        ask("INSERT INTO active_storage_blobs (key, filename, service_name, byte_size, checksum, "
            "created_at) VALUES ('rails', 'a', 'local', 1, 'x', now()) RETURNING id")};
    CAF_CHECK(queries::find_attachable(db, ann, rails).error().code == errc::not_found);
    // one that Rails has attached to something of its own
    const auto taken = offered(ann);
    execute("INSERT INTO active_storage_attachments (name, record_type, record_id, blob_id, created_at) "
            "VALUES ('avatar', 'User', 1, " +
            text(taken) + ", now())");
    CAF_CHECK(queries::find_attachable(db, ann, taken).error().code == errc::not_found);
    CAF_CHECK(queries::attach_direct_upload(db, ann, taken, seen(), noon).error().code ==
              errc::state_conflict);
}

CAF_TEST(one upload attached by many at once is one image) {
    const auto blob = offered(ann);
    std::atomic<int> made = 0;
    {
        std::vector<std::jthread> together;
        for (int i = 0; i < 4; ++i)
            together.emplace_back([&] {
                auto own = must(pg::connection::open(reach(conninfo())));
                made += queries::attach_direct_upload(own, ann, blob, seen(), noon).has_value() ? 1 : 0;
            });
    }
    CAF_CHECK_EQUAL(made.load(), 1);
    CAF_CHECK_EQUAL(count("images"), 1);
    CAF_CHECK_EQUAL(count("active_storage_attachments"), 1);
}

CAF_TEST(a user has a bounded number of open uploads) {
    for (int i = 0; i < direct_uploads_max; ++i)
        offered(ann);
    CAF_CHECK(queries::insert_direct_upload(db, ann, announced(), noon).error().code == errc::rate_limited);
    CAF_CHECK_EQUAL(count("active_storage_blobs"), direct_uploads_max);
    const auto bobs = offered(bob);
    CAF_CHECK(bobs);
    execute("DELETE FROM direct_uploads WHERE blob_id = (SELECT min(blob_id) FROM direct_uploads)");
    CAF_CHECK(offered(ann));
}

CAF_TEST(uploads that nobody attached in time are swept away and others are not ) {
    const auto due = must(queries::find_attachable(db, ann, offered(ann, noon)));
    const auto later = offered(ann, noon + 1s);
    const auto attached = offered(ann, noon);
    must(queries::attach_direct_upload(db, ann, attached, seen(), noon));
    const auto by_rails = offered(ann, noon);
    execute("INSERT INTO active_storage_attachments (name, record_type, record_id, blob_id, created_at) "
            "VALUES ('avatar', 'User', 1, " +
            text(by_rails) + ", now())");
    execute("INSERT INTO active_storage_blobs (key, filename, service_name, byte_size, checksum, created_at) "
            "VALUES ('rails', 'a', 'local', 1, 'x', '2020-01-01')"); // its own unattached one
    CAF_CHECK(must(queries::purge_direct_uploads(db, noon, 10)) == keys{std::get<direct_upload>(due).key});
    CAF_CHECK(must(queries::purge_direct_uploads(db, noon, 10)).empty());
    CAF_CHECK_EQUAL(count("active_storage_blobs"), 4);
    CAF_CHECK_EQUAL(ask("SELECT blob_id FROM direct_uploads"), later.value);
    CAF_CHECK_EQUAL(must(queries::purge_direct_uploads(db, noon + 1s, 10)).size(), 1u);
    CAF_CHECK_EQUAL(count("direct_uploads"), 0);
}

CAF_TEST(no more uploads are swept at once than asked for) {
    for (int i = 0; i < 5; ++i)
        offered(ann, noon);
    CAF_CHECK_EQUAL(must(queries::purge_direct_uploads(db, noon, 3)).size(), 3u);
    CAF_CHECK_EQUAL(must(queries::purge_direct_uploads(db, noon, 3)).size(), 2u);
}

// -- lists --------------------------------------------------------------------------------------------------

CAF_TEST(images are listed by kind and room and page by page) {
    const auto kitchen = uploaded("kitchen").id;
    const auto output = uploaded("kitchen", true).id;
    const auto bath = uploaded("bathroom").id;
    const auto plain = uploaded().id;
    add_image(ann); // without a file
    image_filter filter;
    CAF_CHECK_EQUAL(ids(must(queries::list_images(db, ann, filter, {}, 10))),
                    listed(plain, bath, output, kitchen));
    const auto first = must(queries::list_images(db, ann, filter, {}, 3));
    CAF_CHECK_EQUAL(ids(first), listed(plain, bath, output));
    CAF_CHECK_EQUAL(ids(must(queries::list_images(db, ann, filter, image_id{first.next}, 3))),
                    listed(kitchen));
    filter.room_type = "kitchen";
    CAF_CHECK_EQUAL(ids(must(queries::list_images(db, ann, filter, {}, 10))), listed(output, kitchen));
    filter.output = false;
    CAF_CHECK_EQUAL(ids(must(queries::list_images(db, ann, filter, {}, 10))), listed(kitchen));
    filter.room_type.clear();
    filter.output = true;
    CAF_CHECK_EQUAL(ids(must(queries::list_images(db, ann, filter, {}, 10))), listed(output));
    CAF_CHECK(must(queries::list_images(db, bob, {}, {}, 10)).data.empty());
}

CAF_TEST(generations are listed by every combination of filters) {
    const auto kitchen = uploaded("kitchen").id;
    const auto bath = uploaded("bathroom").id;
    const auto other = add_style();
    struct row {
        generation_id id;
        generation_status state;
        style_id in;
        std::string room;
    };
    std::vector<row> rows;
    for (const auto state :
         {generation_status::queued, generation_status::failed, generation_status::succeeded})
        for (const auto& in : {style, other})
            for (const auto& [room, image] : {std::pair{"kitchen", kitchen}, std::pair{"bathroom", bath}}) {
                const auto id = redesigned(image, in);
                if (state == generation_status::failed)
                    fail(id);
                if (state == generation_status::succeeded)
                    succeed(id);
                rows.insert(rows.begin(), {id, state, in, room});
            }
    for (const auto& state :
         {std::optional<generation_status>{}, std::optional{generation_status::queued},
          std::optional{generation_status::running}, std::optional{generation_status::failed},
          std::optional{generation_status::succeeded}})
        for (const auto in : {style_id{}, style, other})
            for (const auto* room : {"", "kitchen", "bathroom", "hall"}) {
                generation_filter filter;
                filter.status = state;
                filter.style = in;
                filter.room_type = room;
                std::string expected;
                for (const auto& r : rows)
                    if ((!state || *state == r.state) && (!in || in == r.in) &&
                        (filter.room_type.empty() || filter.room_type == r.room))
                        expected += (expected.empty() ? "" : " ") + text(r.id);
                CAF_CHECK_EQUAL(ids(must(queries::list_generations(db, ann, {}, 50, filter))), expected);
            }
    generation_filter failed;
    failed.status = generation_status::failed;
    auto page = must(queries::list_generations(db, ann, {}, 3, failed));
    CAF_CHECK_EQUAL(page.data.size(), 3u);
    page = must(queries::list_generations(db, ann, generation_id{page.next}, 3, failed));
    CAF_CHECK_EQUAL(page.data.size(), 1u);
    CAF_CHECK_EQUAL(page.next, 0);
}

CAF_TEST_FIXTURE_SCOPE_END()
