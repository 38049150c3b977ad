#pragma once

#include "tests/unit/http/fake_accounts.hpp"
#include "tests/unit/http/fake_management.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

/// A service in memory: notes what it is asked, and answers what the test says.
namespace atelier::test::endpoints {

using namespace atelier::http;

class fake_service final : public fake_accounts {
public:
    fake_management managing;
    std::vector<style_record> all_styles;
    std::vector<token_package_record> all_packages;
    std::vector<subscription_plan_record> all_plans;
    std::string wallet_text;
    page<transaction_record> journal;
    page<payment_record> all_payments;
    page<generation_record> all_generations;
    page<image_record> all_images;
    page<archived_notification> archive;
    std::string widget_script = "https://widget.cloudpayments.ru/bundles/cloudpayments.js";
    stored_answer stored;
    image_file content;
    generation_record current = sample_generation();
    std::vector<part_health> parts;
    generation_order last_order;
    std::optional<command_key> last_key;
    webhook last_hook;
    engine_webhook last_engine_hook;
    webhook_endpoint_command last_webhook_command;
    page<webhook_delivery_record> all_webhook_deliveries;
    upload last_upload;
    std::string last_upload_bytes;
    direct_upload last_announced;
    direct_upload_content last_content;
    std::int32_t webhook_code = 0;
    std::function<void()> while_reading; ///< happens while a generation is read

    event_backlog before;                ///< what a stream begins after
    std::optional<failure> streams_full; ///< what a stream is refused with, if set
    user_snapshot present;

    /// Tells all listeners, on this thread.
    void tell(const event_ptr& event) {
        const std::lock_guard lock{mutex_};
        for (const auto& [number, listener] : listeners_)
            listener(event);
    }
    /// The same of generation 51, with the next id.
    void tell(std::string name, std::string data, bool last = false) {
        tell(sample_event(++last_event_id, std::move(name), std::move(data), last));
    }
    std::uint64_t last_event_id = 1000;
    std::size_t listeners() {
        const std::lock_guard lock{mutex_};
        return listeners_.size();
    }

    reply<std::vector<style_record>> styles() override { co_return note("styles", all_styles); }
    reply<std::vector<token_package_record>> token_packages() override {
        co_return note("token_packages", all_packages);
    }
    reply<std::vector<subscription_plan_record>> subscription_plans() override {
        co_return note("subscription_plans", all_plans);
    }
    std::string currency() const override { return "RUB"; }
    management& managed() override { return managing; }

    reply<std::string> wallet(user_id user) override { co_return note("wallet " + text(user), wallet_text); }
    reply<page<transaction_record>> transactions(user_id user, transaction_id before,
                                                 std::int32_t limit) override {
        co_return note("transactions " + text(user) + ' ' + text(before) + ' ' + std::to_string(limit),
                       journal);
    }
    reply<stored_answer> order(user_id user, token_package_id package,
                               std::optional<command_key> key) override {
        last_key = std::move(key);
        co_return note("order " + text(user) + ' ' + text(package), stored);
    }
    reply<payment_record> payment(user_id user, payment_id payment) override {
        co_return note("payment " + text(user) + ' ' + text(payment), sample_payment());
    }
    reply<page<payment_record>> payments(user_id user, payment_id before, std::int32_t limit) override {
        co_return note("payments " + text(user) + ' ' + text(before) + ' ' + std::to_string(limit),
                       all_payments);
    }
    reply<webhook_answer> notify(webhook hook) override {
        last_hook = std::move(hook);
        co_return note("notify " + last_hook.kind, webhook_answer{webhook_code});
    }
    reply<checkout_view> checkout(std::string subject, std::string key) override {
        checkout_view view;
        view.subject = subject;
        view.amount_cents = 99'000;
        view.currency = "RUB";
        view.tokens_amount = 50;
        view.widget = R"({"amount":990.00,"description":"</script>"})";
        view.script = widget_script;
        co_return note("checkout " + subject + ' ' + key, view);
    }
    reply<std::string> checkout_status(std::string subject, std::string key) override {
        co_return note("checkout_status " + subject + ' ' + key, std::string{R"({"status":"paid"})"});
    }

    reply<std::string> subscription(user_id user) override {
        co_return note("subscription " + text(user), std::string{R"({"status":"active"})"});
    }
    reply<stored_answer> subscribe(user_id user, plan_id plan, bool saved_card,
                                   std::optional<command_key> key) override {
        last_key = std::move(key);
        co_return note("subscribe " + text(user) + ' ' + text(plan) + (saved_card ? " by card" : ""), stored);
    }
    reply<stored_answer> change_subscription(user_id user, plan_id plan,
                                             std::optional<command_key> key) override {
        last_key = std::move(key);
        co_return note("change_subscription " + text(user) + ' ' + text(plan), stored);
    }
    reply<stored_answer> unsubscribe(user_id user, std::optional<command_key> key) override {
        last_key = std::move(key);
        co_return note("unsubscribe " + text(user), stored);
    }

    reply<std::vector<webhook_endpoint_record>> webhook_endpoints(user_id user) override {
        co_return note("webhook_endpoints " + text(user), std::vector{sample_webhook_endpoint()});
    }
    reply<webhook_endpoint_record> add_webhook_endpoint(user_id user,
                                                        webhook_endpoint_command command) override {
        last_webhook_command = std::move(command);
        co_return note("add_webhook_endpoint " + text(user), sample_webhook_endpoint());
    }
    reply<webhook_endpoint_record> webhook_endpoint(user_id user, webhook_endpoint_id endpoint) override {
        co_return note("webhook_endpoint " + text(user) + ' ' + text(endpoint), sample_webhook_endpoint());
    }
    reply<webhook_endpoint_record> change_webhook_endpoint(user_id user, webhook_endpoint_id endpoint,
                                                           webhook_endpoint_command command) override {
        last_webhook_command = std::move(command);
        co_return note("change_webhook_endpoint " + text(user) + ' ' + text(endpoint),
                       sample_webhook_endpoint());
    }
    reply<done> remove_webhook_endpoint(user_id user, webhook_endpoint_id endpoint) override {
        co_return note("remove_webhook_endpoint " + text(user) + ' ' + text(endpoint), done{});
    }
    reply<webhook_endpoint_record> rotate_webhook_secret(user_id user,
                                                         webhook_endpoint_id endpoint) override {
        co_return note("rotate_webhook_secret " + text(user) + ' ' + text(endpoint),
                       sample_webhook_endpoint());
    }
    reply<webhook_delivery_record> ping_webhook_endpoint(user_id user,
                                                         webhook_endpoint_id endpoint) override {
        co_return note("ping_webhook_endpoint " + text(user) + ' ' + text(endpoint),
                       sample_webhook_delivery());
    }
    reply<page<webhook_delivery_record>> webhook_deliveries(user_id user, webhook_endpoint_id endpoint,
                                                            webhook_delivery_id before,
                                                            std::int32_t limit) override {
        co_return note("webhook_deliveries " + text(user) + ' ' + text(endpoint) + ' ' + text(before) + ' ' +
                           std::to_string(limit),
                       all_webhook_deliveries);
    }

    /// Reads the file, as it will be gone after the request.
    reply<image_record> add_image(user_id user, upload file) override;
    reply<image_record> image(user_id user, image_id image) override {
        co_return note("image " + text(user) + ' ' + text(image), sample_image());
    }
    reply<image_file> image_content(user_id user, image_id image, image_variant variant) override {
        co_return note("image_content " + text(user) + ' ' + text(image) + ' ' + name_of(variant), content);
    }
    reply<image_file> linked_image_content(image_link link, image_variant variant) override {
        co_return note("linked_image_content " + text(link.image) + ' ' + link.expires + ' ' +
                           link.signature + ' ' + name_of(variant),
                       content);
    }
    [[nodiscard]] image_links links_of(image_id image) const override {
        image_links links;
        links.url = "/files/" + text(image);
        links.thumbnail_url = links.url + "?width=320";
        return links;
    }
    reply<page<image_record>> images(user_id user, image_filter filter, image_id before,
                                     std::int32_t limit) override {
        co_return note("images " + text(user) + ' ' + text(before) + ' ' + std::to_string(limit) +
                           narrowed(filter),
                       all_images);
    }
    reply<done> delete_image(user_id user, image_id image) override {
        co_return note("delete_image " + text(user) + ' ' + text(image), done{});
    }
    reply<direct_upload_offer> begin_direct_upload(user_id user, direct_upload wanted) override {
        last_announced = wanted;
        direct_upload_offer offer;
        offer.signed_id = "signed";
        offer.url = "http://here/rails/active_storage/disk/token";
        offer.headers.emplace("Content-Type", wanted.content_type);
        offer.blob = std::move(wanted);
        offer.blob.id = blob_id{41};
        offer.blob.key = "xtapjjcjiudrlk3tmwyjgpuobabd";
        offer.blob.service_name = "local";
        offer.blob.created_at = noon;
        co_return note("begin_direct_upload " + text(user), offer);
    }
    /// Reads the file, as it will be gone after the request.
    reply<done> receive_direct_upload(direct_upload_content content) override;
    reply<image_record> attach_image(user_id user, std::string signed_id, std::string room_type) override {
        co_return note("attach_image " + text(user) + ' ' + signed_id + ' ' + room_type, sample_image());
    }

    reply<stored_answer> generate(generation_order order) override {
        last_order = std::move(order);
        last_key = last_order.key;
        co_return note("generate " + text(last_order.user), stored);
    }
    reply<generation_record> generation(user_id user, generation_id generation) override {
        if (while_reading)
            while_reading();
        co_return note("generation " + text(user) + ' ' + text(generation), current);
    }
    reply<page<generation_record>> generations(user_id user, generation_filter filter, generation_id before,
                                               std::int32_t limit) override {
        co_return note("generations " + text(user) + ' ' + text(before) + ' ' + std::to_string(limit) +
                           narrowed(filter),
                       all_generations);
    }
    reply<done> notify(engine_webhook hook) override {
        last_engine_hook = std::move(hook);
        if (last_engine_hook.signature.empty())
            co_return errc::invalid_signature;
        co_return note("notify " + last_engine_hook.engine, done{});
    }
    reply<done> delete_generation(user_id user, generation_id generation) override {
        co_return note("delete_generation " + text(user) + ' ' + text(generation), done{});
    }
    reply<generation_record> cancel(user_id user, generation_id generation) override {
        co_return note("cancel " + text(user) + ' ' + text(generation), current);
    }
    std::shared_ptr<void> listen(user_id user, generation_id generation, event_listener listener) override {
        calls.push_back("listen " + text(user) + ' ' + text(generation));
        const std::lock_guard lock{mutex_};
        const auto number = ++last_listener_;
        listeners_.emplace(number, std::move(listener));
        return {nullptr, [this, number](void*) {
                    const std::lock_guard held{mutex_};
                    listeners_.erase(number);
                }};
    }

    outcome<event_feed> follow(user_id user, generation_id generation, std::optional<std::uint64_t> after,
                               event_listener listener) override {
        if (streams_full)
            return *streams_full;
        event_feed feed;
        feed.subscription = listen(user, generation, std::move(listener));
        calls.back().append(after ? " after " + std::to_string(*after) : "");
        feed.before = before;
        return feed;
    }
    reply<user_snapshot> snapshot(user_id user) override {
        if (while_reading)
            while_reading();
        co_return note("snapshot " + text(user), present);
    }

    boost::asio::awaitable<std::vector<part_health>> health() override { co_return parts; }
    std::string metrics_text() override { return "atelier_up 1\n"; }
    reply<page<archived_notification>> notifications(std::string type, std::string verdict,
                                                     notification_id before, std::int32_t limit) override {
        co_return note("notifications " + type + ' ' + verdict + ' ' + text(before) + ' ' +
                           std::to_string(limit),
                       archive);
    }
    reply<archived_notification> notification(notification_id id) override {
        co_return note("notification " + text(id), archive.data.at(0));
    }
    reply<webhook_answer> replay(notification_id id) override {
        co_return note("replay " + text(id), webhook_answer{0, "credited"});
    }
    reply<made_refund> refund(payment_id payment, std::optional<std::int64_t> amount_cents,
                              std::string key) override {
        made_refund made;
        made.transaction_id = "900000002";
        made.amount_cents = amount_cents.value_or(99'000);
        made.replayed = key == "again";
        co_return note("refund " + text(payment) + ' ' + std::to_string(amount_cents.value_or(0)) + ' ' + key,
                       made);
    }
    reply<done> reconcile(std::chrono::sys_days day) override {
        co_return note("reconcile " + std::to_string(day.time_since_epoch().count()), done{});
    }
    reply<std::vector<std::string>> reconciliations() override {
        co_return note("reconciliations", std::vector<std::string>{R"({"day":"2026-03-01"})"});
    }
    reply<stored_answer> grant(user_id user, tokens amount, std::chrono::days validity,
                               std::optional<command_key> key) override {
        last_key = std::move(key);
        co_return note("grant " + std::to_string(user.value) + ' ' + std::to_string(amount) + ' ' +
                           std::to_string(validity.count()),
                       stored);
    }
    std::vector<operator_action> log;   ///< the audit log, oldest first
    std::optional<failure> log_refusal; ///< what noting an action is answered with, if set
    std::optional<failure> operator_refusal;

    reply<std::string> authenticate_operator(std::string token) override {
        if (operator_refusal)
            co_return *operator_refusal;
        if (token != olgas_token)
            co_return errc::unauthenticated;
        co_return std::string{"olga"};
    }
    reply<action_id> begin_action(operator_action action) override {
        if (log_refusal)
            co_return *log_refusal;
        action.id = action_id{static_cast<std::int64_t>(log.size()) + 1};
        action.begun_at = noon;
        log.push_back(std::move(action));
        co_return log.back().id;
    }
    reply<done> end_action(action_id action, std::string outcome) override {
        log.at(static_cast<std::size_t>(action.value) - 1).outcome = std::move(outcome);
        co_return done{};
    }
    reply<page<operator_action>> actions(std::string who, action_id before, std::int32_t limit) override {
        page<operator_action> result;
        result.data = log;
        co_return note("actions " + who + ' ' + text(before) + ' ' + std::to_string(limit), result);
    }
    reply<std::string> actor_tree() override {
        co_return note("actor_tree", std::string{R"({"name":"root"})"});
    }

private:
    std::mutex mutex_;
    std::map<int, event_listener> listeners_;
    int last_listener_ = 0;
};

} // namespace atelier::test::endpoints
