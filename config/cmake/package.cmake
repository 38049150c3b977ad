# The Debian package: cpack -G DEB in the build directory of a release. What it holds lies in config/package.
include(GNUInstallDirs)
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON) # the tests are no part of it
set(package "${CMAKE_SOURCE_DIR}/config/package")
set(share "${CMAKE_INSTALL_DATADIR}")
set(docs "${share}/doc/atelier")
set(made "${CMAKE_CURRENT_BINARY_DIR}/package")

install(TARGETS atelier RUNTIME DESTINATION bin)
install(FILES "${package}/atelier.conf" DESTINATION /etc/atelier)
install(FILES "${package}/environment" DESTINATION /etc/atelier PERMISSIONS OWNER_READ OWNER_WRITE)
install(FILES "${package}/atelier.service" "${package}/atelier.socket" "${package}/atelier-audit.service"
  "${package}/atelier-audit.timer"
  DESTINATION /lib/systemd/system)
foreach(unit atelier atelier-audit)
  install(FILES "${package}/sandbox.conf" DESTINATION "/lib/systemd/system/${unit}.service.d")
endforeach()
install(FILES "${package}/sysusers.conf" DESTINATION lib/sysusers.d RENAME atelier.conf)
install(FILES "${package}/tmpfiles.conf" DESTINATION lib/tmpfiles.d RENAME atelier.conf)
install(FILES README.md CHANGELOG.md config/settings.md http/errors.md "${package}/copyright" DESTINATION "${docs}")
install(FILES config/atelier.conf DESTINATION "${docs}/examples")
install(DIRECTORY config/monitoring DESTINATION "${share}/atelier" PATTERN "*_test.yml" EXCLUDE)

# Compressed without a time, so that the same sources make the same package.
file(MAKE_DIRECTORY "${made}")
configure_file("${package}/changelog.in" "${made}/changelog" @ONLY)
foreach(page "${package}/atelier.1" "${made}/changelog")
  cmake_path(GET page FILENAME name)
  add_custom_command(OUTPUT "${made}/${name}.gz" COMMAND gzip -9nc "${page}" > "${made}/${name}.gz" DEPENDS "${page}"
    VERBATIM)
endforeach()
add_custom_target(package_pages DEPENDS "${made}/atelier.1.gz" "${made}/changelog.gz")
add_dependencies(atelier package_pages) # so that cpack has all with the program
install(FILES "${made}/atelier.1.gz" DESTINATION "${share}/man/man1")
install(FILES "${made}/changelog.gz" DESTINATION "${docs}")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME atelier)
set(CPACK_PACKAGE_VENDOR "The Atelier authors")
set(CPACK_PACKAGE_CONTACT "The Atelier authors <atelier@atelier.invalid>")
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "back end of a token-metered interior-design service")
set(CPACK_PACKAGE_DESCRIPTION "People sign up, buy tokens, upload a photo of a room, and spend a token for
each redesign. The service speaks HTTP, keeps exact books in PostgreSQL, and
needs no configuration: unless told otherwise, it runs a PostgreSQL cluster of
its own.")
set(CPACK_SET_DESTDIR ON) # /etc and /lib
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "postgresql-15, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${package}/postinst" "${package}/prerm" "${package}/postrm" "${package}/conffiles")
include(CPack)
