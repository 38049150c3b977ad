#pragma once

#include "http/backend_management.hpp"
#include "http/service.hpp"

#include <chrono>
#include <memory>

namespace atelier {
class backend;
class subscription;
struct plan_terms;
} // namespace atelier

namespace atelier::http {

/// The service on the real backend: commands go to the actors through the bridge, reads to the pools. With
/// its source file, the only place of http/ that knows CAF.
class backend_service final : public service {
public:
    /// `b` must be started, and outlive this object.
    explicit backend_service(backend& b);
    ~backend_service() override;

    /// Fails what waits longer than the deadline. To be called a few times a second, from any one thread.
    void sweep();
    /// Whether a change that came now would be refused. Thread-safe.
    [[nodiscard]] bool is_full() const;
    /// Whoever listens to events hears that no more will come: streams end, and who waits for one is
    /// answered.
    void drain();
    /// Fails everything that waits, and whatever comes later.
    void close();

    reply<done> sign_up(visitor who, std::string email, std::string password) override;
    reply<done> resend_confirmation(visitor who, std::string email) override;
    reply<user_record> confirm(std::string token) override;
    reply<done> request_reset(visitor who, std::string email) override;
    reply<done> reset_password(visitor who, std::string token, std::string password) override;
    reply<new_session> sign_in(visitor who, std::string email, std::string password, bool remember) override;
    reply<principal> authenticate(std::string token) override;
    reply<done> sign_out(std::string token) override;
    reply<done> sign_out_everywhere(user_id user) override;
    reply<std::vector<listed_session>> sessions(user_id user, std::string token) override;
    reply<done> end_session(user_id user, session_id session) override;
    reply<new_api_key> add_api_key(user_id user, std::string name, scopes may,
                                   std::optional<std::chrono::days> lifetime) override;
    reply<std::vector<api_key_record>> api_keys(user_id user) override;
    reply<done> remove_api_key(user_id user, api_key_id key) override;
    reply<user_record> user(user_id user) override;
    reply<user_record> choose_language(user_id user, std::string language) override;
    reply<done> change_password(user_id user, visitor who, std::string token, std::string current,
                                std::string password) override;
    reply<done> change_email(user_id user, visitor who, std::string current, std::string email) override;
    reply<done> close_account(user_id user, visitor who, std::string current) override;

    reply<std::vector<style_record>> styles() override;
    reply<std::vector<token_package_record>> token_packages() override;
    reply<std::vector<subscription_plan_record>> subscription_plans() override;
    [[nodiscard]] std::string currency() const override;

    reply<std::string> wallet(user_id user) override;
    reply<page<transaction_record>> transactions(user_id user, transaction_id before,
                                                 std::int32_t limit) override;
    reply<stored_answer> order(user_id user, token_package_id package,
                               std::optional<command_key> key) override;
    reply<payment_record> payment(user_id user, payment_id payment) override;
    reply<page<payment_record>> payments(user_id user, payment_id before, std::int32_t limit) override;
    reply<webhook_answer> notify(webhook hook) override;
    reply<checkout_view> checkout(std::string subject, std::string key) override;
    reply<std::string> checkout_status(std::string subject, std::string key) override;

    reply<std::string> subscription(user_id user) override;
    reply<stored_answer> subscribe(user_id user, plan_id plan, bool saved_card,
                                   std::optional<command_key> key) override;
    reply<stored_answer> change_subscription(user_id user, plan_id plan,
                                             std::optional<command_key> key) override;
    reply<stored_answer> unsubscribe(user_id user, std::optional<command_key> key) override;

    reply<std::vector<webhook_endpoint_record>> webhook_endpoints(user_id user) override;
    reply<webhook_endpoint_record> add_webhook_endpoint(user_id user,
                                                        webhook_endpoint_command command) override;
    reply<webhook_endpoint_record> webhook_endpoint(user_id user, webhook_endpoint_id endpoint) override;
    reply<webhook_endpoint_record> change_webhook_endpoint(user_id user, webhook_endpoint_id endpoint,
                                                           webhook_endpoint_command command) override;
    reply<done> remove_webhook_endpoint(user_id user, webhook_endpoint_id endpoint) override;
    reply<webhook_endpoint_record> rotate_webhook_secret(user_id user, webhook_endpoint_id endpoint) override;
    reply<webhook_delivery_record> ping_webhook_endpoint(user_id user, webhook_endpoint_id endpoint) override;
    reply<page<webhook_delivery_record>> webhook_deliveries(user_id user, webhook_endpoint_id endpoint,
                                                            webhook_delivery_id before,
                                                            std::int32_t limit) override;

    reply<image_record> add_image(user_id user, upload file) override;
    reply<image_record> image(user_id user, image_id image) override;
    reply<image_file> image_content(user_id user, image_id image, image_variant variant) override;
    reply<image_file> linked_image_content(image_link link, image_variant variant) override;
    [[nodiscard]] image_links links_of(image_id image) const override;
    reply<page<image_record>> images(user_id user, image_filter filter, image_id before,
                                     std::int32_t limit) override;
    reply<done> delete_image(user_id user, image_id image) override;

    reply<direct_upload_offer> begin_direct_upload(user_id user, direct_upload wanted) override;
    reply<done> receive_direct_upload(direct_upload_content content) override;
    reply<image_record> attach_image(user_id user, std::string signed_id, std::string room_type) override;

    reply<stored_answer> generate(generation_order order) override;
    reply<generation_record> generation(user_id user, generation_id generation) override;
    reply<page<generation_record>> generations(user_id user, generation_filter filter, generation_id before,
                                               std::int32_t limit) override;
    reply<done> notify(engine_webhook hook) override;
    reply<done> delete_generation(user_id user, generation_id generation) override;
    reply<generation_record> cancel(user_id user, generation_id generation) override;

    [[nodiscard]] std::shared_ptr<void> listen(user_id user, generation_id generation,
                                               event_listener listener) override;
    [[nodiscard]] outcome<event_feed> follow(user_id user, generation_id generation,
                                             std::optional<std::uint64_t> after,
                                             event_listener listener) override;
    reply<user_snapshot> snapshot(user_id user) override;

    reply<std::string> authenticate_operator(std::string token) override;
    reply<action_id> begin_action(operator_action action) override;
    reply<done> end_action(action_id action, std::string outcome) override;
    reply<page<operator_action>> actions(std::string who, action_id before, std::int32_t limit) override;
    boost::asio::awaitable<std::vector<part_health>> health() override;
    [[nodiscard]] std::string metrics_text() override;
    reply<std::string> actor_tree() override;
    reply<page<archived_notification>> notifications(std::string type, std::string verdict,
                                                     notification_id before, std::int32_t limit) override;
    reply<archived_notification> notification(notification_id id) override;
    reply<webhook_answer> replay(notification_id id) override;
    reply<made_refund> refund(payment_id payment, std::optional<std::int64_t> amount_cents,
                              std::string key) override;
    reply<done> reconcile(std::chrono::sys_days day) override;
    reply<std::vector<std::string>> reconciliations() override;
    reply<stored_answer> grant(user_id user, tokens amount, std::chrono::days validity,
                               std::optional<command_key> key) override;
    management& managed() override { return management_; }

private:
    struct parts;

    reply<stored_answer> spend(generation_order order);
    reply<done> remove_files(std::vector<std::string> keys);
    reply<image_file> open_image(image_record image, image_variant variant);
    struct payable;
    reply<payable> find_payable(std::string subject, std::string key);
    reply<atelier::subscription> load_subscription(user_id user);
    reply<plan_terms> find_plan(plan_id plan);

    std::unique_ptr<parts> parts_;
    backend_management management_;
};

} // namespace atelier::http
